"""Changes the version that runs: tried first, healthy or taken back, gone on with when it was interrupted.

Nothing is changed before the wanted version has accepted the configuration and a copy of the journal. From then on the
record of the change says what is under way, and `current` how far it has come; a step that was killed is done again.
What has become healthy is ended before anything else begins, and facts are set aside by itself only within the call in
which they were recorded: later somebody must have asked for it.
"""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import replace

from agent.core.errors import ConfigurationError, LinesideError
from agent.installing import change as changes
from agent.installing import fitting, ground, health
from agent.installing.change import Change
from agent.installing.layout import InstallationError, Version
from agent.installing.place import Place
from agent.installing.signals import ignored, interrupting
from agent.installing.switch import prune, switch


def settle(place: Place, asked: Version | None = None) -> Change | None:
    """End an interrupted change, or return from one, where the version that it led to has become healthy meanwhile.

    Args:
        place: this PC.
        asked: a version that stays too, as it is to run next.

    Returns:
        the change, None where there is none that is over.

    Raises:
        InstallationError: the service manager does not do as it is told.
        OSError: a file cannot be written.
    """
    change = changes.read(place.layout.record)
    if change is None or place.trial is None:
        return None
    is_return = change.given_up and change.former is not None and _leads_to(place, change.former)
    if not is_return and not _leads_to(place, change.wanted):
        return None
    if health.wait(place.manager, place.probe, place.pace) is not None:
        return None
    returned = replace(change, wanted=change.former or "", former=change.previous, is_back=not change.is_back)
    over = returned if is_return else change
    place.say(f"version {over.wanted} is healthy: the change to it, which was interrupted, is over")
    if is_return:
        _switch_back(place, change)
        _end(place)
        place.manager.restart_companions()
    else:
        _lay(place, change)
        _succeed(place, change, asked)
    return over


def change_to(place: Place, wanted: Version, *, is_back: bool = False, older_journal: bool = False) -> None:
    """Let another version run, or go on with letting it run.

    Args:
        place: this PC.
        wanted: the version.
        is_back: whether it is the one before.
        older_journal: where it cannot go on with the journal, let it have the one that it left behind.

    Raises:
        ConfigurationError: the version cannot be run here; nothing was changed.
        InstallationError: it did not become healthy; the message says what runs now.
    """
    under_way = changes.read(place.layout.record)
    if under_way is None:
        _begin(place, wanted, None, is_back=is_back, older_journal=older_journal)
    elif wanted.name == under_way.former:
        if not under_way.given_up and _leads_to(place, under_way.wanted):
            fitting.must_fit(place, wanted, older_journal=older_journal)
        _take_back(place, under_way)
    elif under_way.given_up:
        _take_back(place, under_way)
        raise InstallationError(
            f"an interrupted return to version {under_way.former} was finished; call it again for version {wanted.name}"
        )
    elif wanted.name == under_way.wanted and _leads_to(place, wanted.name):
        place.say(f"going on with the change to version {wanted.name}, which was interrupted")
        _carry_out(place, under_way, is_resumed=True)
    else:
        older_journal = older_journal or (under_way.older_journal and wanted.name == under_way.wanted)
        _begin(place, wanted, under_way, is_back=is_back, older_journal=older_journal)


def _begin(place: Place, wanted: Version, under_way: Change | None, *, is_back: bool, older_journal: bool) -> None:
    """Try the version, then let it run. Where a change is under way already, this takes its place."""
    layout = place.layout
    try:
        ground.must_be_free(layout)
        place.must_have_room()
        needs_older = fitting.must_fit(place, wanted, older_journal=older_journal)
    except ConfigurationError as error:
        if under_way is None or under_way.former is None:
            raise
        if _leads_to(place, under_way.wanted):
            _start_again(place)
            raise
        _take_back(place, under_way)
        raise InstallationError(f"{error}. An interrupted change was taken back: {under_way.former} runs") from error
    previous = _name(layout.led_to(layout.previous))
    change = Change(
        wanted=wanted.name,
        former=_former(place, under_way),
        previous=previous if under_way is None else under_way.previous,
        began=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        is_back=is_back,
        older_journal=needs_older,
        was_active=place.manager.standing().runs if under_way is None else under_way.was_active,
    )
    layout.home.mkdir(parents=True, exist_ok=True)
    changes.keep(layout.record, change)
    _carry_out(place, change, is_resumed=False)


def _former(place: Place, under_way: Change | None) -> str | None:
    """What a change that begins now goes back to: of an interrupted one too, if that can go on with what is there."""
    current = place.layout.led_to(place.layout.current)
    if under_way is None:
        return _name(current)
    if under_way.former is not None and _leads_to(place, under_way.wanted):
        return _name(current) if fitting.doubt(place, under_way.former) else under_way.former
    return under_way.former


def _carry_out(place: Place, change: Change, *, is_resumed: bool) -> None:
    """From the record to the end, or back: whatever happens on the way, an agent runs afterwards."""
    with ignored(signal.SIGHUP), interrupting(signal.SIGTERM):
        try:
            if not is_resumed:
                _make_ready(place, change)
            unwell = _complete(place, change)
            why = unwell and f"version {change.wanted} did not become healthy: {unwell}"
        except (LinesideError, OSError, KeyboardInterrupt) as error:
            if change.former is None:
                raise
            why = str(error) or "it was interrupted"
        if why is None:
            _succeed(place, change)
            return
        if change.former is None:
            _end(place)
            raise InstallationError(f"version {change.wanted} is installed, but the agent is not healthy: {unwell}")
        doubt = fitting.doubt(place, change.former) if is_resumed else None
        if doubt is not None:
            _start_again(place)
            raise InstallationError(
                f"{why}. Version {change.former} was not put back, as it cannot go on with what is there: {doubt}. "
                "`sudo lineside install --back --older-journal` gives it the journal that it left behind"
            )
        _take_back(place, change)
    raise InstallationError(f"{why}. Version {change.former} runs again")


def _make_ready(place: Place, change: Change) -> None:
    """Stop the agent, and keep a copy of the journal for the version that this would go back to."""
    if place.layout.led_to(place.layout.current) is None:
        return
    _stop(place)
    if change.former is not None and not change.older_journal and place.trial is not None:
        kept = place.trial.keep(place.layout.version(change.former))
        if kept is not None:
            place.say(f"copy of the journal kept: {kept}")


def _complete(place: Place, change: Change) -> str | None:
    """From the switch to a healthy agent; why it is none."""
    _lay(place, change)
    wanted = place.layout.version(change.wanted)
    if change.older_journal:
        fitting.give(place, wanted, change)
    why = _started(place, change)
    if why is not None:
        _tell_why(place, wanted, why)
    return why


def _lay(place: Place, change: Change) -> None:
    layout = place.layout
    wanted, former = layout.version(change.wanted), None if change.former is None else layout.version(change.former)
    place.lay_ground(wanted, place.say)
    switch(layout, place.manager, wanted, former, place.say)
    if former is None:
        place.manager.enable()
        place.say("the agent starts with the PC")


def _succeed(place: Place, change: Change, asked: Version | None = None) -> None:
    layout = place.layout
    former = None if change.former is None else layout.version(change.former)
    _end(place)
    place.manager.restart_companions()
    try:
        if former is not None and place.trial is not None:
            place.trial.forget_copies(former)
        prune(layout, (layout.version(change.wanted), former, asked), place.say)
    except OSError as error:
        place.say(f"an older version could not be removed: {error}")


def _take_back(place: Place, change: Change) -> None:
    """Let the former version run again, with the journal as it is if it can, else with the one that it left behind."""
    layout = place.layout
    assert change.former is not None
    former = layout.version(change.former)
    with ignored(signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        changes.keep(layout.record, replace(change, given_up=True))
        place.say(f"going back to version {former.name}")
        try:
            _stop(place)
            _switch_back(place, change)
        except (InstallationError, OSError):
            _start_again(place)
            raise
        if change.older_journal:
            fitting.take_again(place, layout.version(change.wanted), change)
        else:
            fitting.give(place, former, change)
        why = _started(place, change)
        _end(place)
        place.manager.restart_companions()
    if why is not None:
        _tell_why(place, former, why)
        raise InstallationError(f"version {former.name} was put back, and is not healthy either: {why}")


def _switch_back(place: Place, change: Change) -> None:
    layout = place.layout
    assert change.former is not None
    previous = None if change.previous is None else layout.version(change.previous)
    switch(layout, place.manager, layout.version(change.former), previous, place.say)


def _end(place: Place) -> None:
    with suppress(OSError):
        place.sweep()
    changes.forget(place.layout.record)


def _leads_to(place: Place, name: str) -> bool:
    return place.layout.led_to(place.layout.current) == place.layout.version(name)


def _start_again(place: Place) -> None:
    """Better the version that is there than none."""
    if place.manager.is_running:
        with suppress(InstallationError):
            place.manager.start()


def _stop(place: Place) -> None:
    if place.manager.is_running:
        place.manager.stop()
        place.say("agent stopped")


def _started(place: Place, change: Change) -> str | None:
    """Start the agent and see it healthy; why it is not."""
    if not place.manager.is_running or place.trial is None:
        return None
    if not change.was_active and not place.manager.is_enabled():
        place.say(
            "the agent does not start with the PC, so it is not started now: sudo systemctl enable --now lineside"
        )
        return None
    place.manager.start()
    place.say(f"agent started; it must be healthy for {health.STEADY_S:.0f} s")
    why = health.wait(place.manager, place.probe, place.pace)
    if why is None:
        place.say("the agent is healthy")
    return why


def _tell_why(place: Place, version: Version, why: str) -> None:
    place.say(f"version {version.name} is not healthy: {why}")
    for line in place.manager.last_words():
        place.say(f"  its log: {line}")


def _name(version: Version | None) -> str | None:
    return None if version is None else version.name
