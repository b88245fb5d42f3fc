"""Who may sign on at a work center, and what people may do there."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from agent.core.settings_base import Id, Seconds, Section


class PeopleSettings(Section):
    """People at one work center."""

    unknown: Literal["refuse", "allow"] = "refuse"
    """What becomes of somebody whom the directory of operators does not know: refused, or signed on and raised as
    `directory_code_unknown`. Without that directory everybody may sign on."""
    sign_on: Literal["optional", "required"] = "optional"
    """required: the work center is locked while nobody is signed on; scans of anything but badges are refused."""
    lock_after_s: Seconds | None = None
    """Plant seconds without an accepted scan or entry after which the work center locks itself; never without it. A
    badge or a PIN unlocks it."""
    pin_with_badge: tuple[Id, ...] = ()
    """Roles whose people sign on and unlock by badge and PIN together, such as `["supervisor"]`."""
    rights_need_sign_on: bool = True
    """Whether a role of the directory counts only while its person is signed on at this work center."""
    longest_work_h: float = Field(default=16.0, gt=0, le=168)
    """Hours after which somebody who did not sign off is taken to have gone."""
    rights: dict[str, tuple[Id, ...]] = Field(default_factory=dict)
    """By action of an entry the roles that may do it, in place of those of docs/entries.md; `operator` is everybody."""


class SiteKeySettings(Section):
    """The key under which this site's badges are known."""

    key_file: Path | None = None
    """File with the key, at least 16 bytes that nobody else can read; the MES makes its digests of badges under the
    same one. Without it the systemd credential `lineside-site-key` is taken. Without that too the agent makes a key of
    its own in its data folder, and knows only badges whose digests were made with it."""
