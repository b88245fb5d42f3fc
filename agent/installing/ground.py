"""What stays the same whatever version runs: users, folders, the example configuration, the command."""

from __future__ import annotations

from collections.abc import Callable

from agent.core.errors import ConfigurationError
from agent.installing import accounts, files
from agent.installing.layout import Layout, Version

Say = Callable[[str], None]
"""Tells the technician, a line a step."""


def lay(layout: Layout, version: Version, say: Say) -> None:
    """Let everything be there that a version stands on; what is there stays, the configuration above all.

    Raises:
        InstallationError: users cannot be made.
        OSError: a file or folder cannot.
    """
    if accounts.make(layout):
        say("users and groups made: lineside runs the agent, lineside-terminal the terminal, lineside-admin has people")
    ids = accounts.ids(layout)
    for folder, mode, uid in (
        (layout.etc, 0o750, 0),
        (layout.etc / "conf.d", 0o750, 0),
        (layout.data, 0o700, ids.uid),
    ):
        made = files.folder(folder, mode)
        if files.own(folder, uid, ids.gid) or made:
            say(f"folder {folder} is there")
    example = layout.etc / "lineside.toml.example"
    if files.write(example, version.example.read_bytes(), 0o644):
        say(f"example configuration written: {example}")
    keymap = layout.etc / "kiosk.map"
    if not keymap.exists() and (version.units / keymap.name).exists():
        files.write(keymap, (version.units / keymap.name).read_bytes(), 0o644)
        say(f"keymap of terminals on a console written: {keymap}")
    _lay_command(layout, say)


def must_be_free(layout: Layout) -> None:
    """See that the command's name is not another program's.

    Raises:
        ConfigurationError: it is.
    """
    if layout.command.exists() and not layout.command.is_symlink():
        raise ConfigurationError(f"{layout.command} is another program's; move it away first. Nothing was changed")


def _lay_command(layout: Layout, say: Say) -> None:
    layout.command.parent.mkdir(parents=True, exist_ok=True)
    if files.link(layout.command, "/opt/lineside/current/bin/lineside"):
        say(f"the command is {layout.command}")
