"""Changes the version that runs: tried first, healthy or taken back, gone on with when it was interrupted.

Nothing is changed before the wanted version has accepted the configuration and a copy of the journal. From then on the
record of the change says what is under way, and `current` how far it has come; a step that was killed is done again.
"""

from __future__ import annotations

import time
from dataclasses import replace

from agent.core.errors import ConfigurationError, JournalError
from agent.installing import change as changes
from agent.installing import ground, health
from agent.installing.change import Change
from agent.installing.layout import InstallationError, Version
from agent.installing.place import Place
from agent.installing.switch import prune, switch


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
        _take_back(place, under_way)
    elif under_way.given_up:
        _take_back(place, under_way)
        raise InstallationError(
            f"an interrupted return to version {under_way.former} was finished; call it again for version {wanted.name}"
        )
    elif wanted.name == under_way.wanted and wanted == place.layout.led_to(place.layout.current):
        place.say(f"going on with the change to version {wanted.name}, which was interrupted")
        _complete(place, under_way)
    else:
        older_journal = older_journal or (under_way.older_journal and wanted.name == under_way.wanted)
        _begin(place, wanted, under_way, is_back=is_back, older_journal=older_journal)


def _begin(place: Place, wanted: Version, under_way: Change | None, *, is_back: bool, older_journal: bool) -> None:
    """Try the version, then let it run. Where a change is under way already, this goes back to what ran before that."""
    layout = place.layout
    try:
        ground.must_be_free(layout)
        place.must_have_room()
        needs_older = _try(place, wanted, older_journal=older_journal)
    except ConfigurationError as error:
        if under_way is None or under_way.former is None:
            raise
        _take_back(place, under_way)
        raise InstallationError(f"{error}. An interrupted change was taken back: {under_way.former} runs") from error
    current, previous = layout.led_to(layout.current), layout.led_to(layout.previous)
    change = Change(
        wanted=wanted.name,
        former=_name(current) if under_way is None else under_way.former,
        previous=_name(previous) if under_way is None else under_way.previous,
        began=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        is_back=is_back,
        older_journal=needs_older,
    )
    layout.home.mkdir(parents=True, exist_ok=True)
    changes.keep(layout.record, change)
    try:
        if current is not None:
            _stop(place)
            if current.name == change.former and not needs_older:
                _keep_copy(place, current)
        _complete(place, change)
    except (JournalError, OSError) as error:
        if change.former is None:
            raise
        _take_back(place, change)
        raise InstallationError(f"{error}. Version {change.former} runs again") from error


def _try(place: Place, wanted: Version, *, older_journal: bool) -> bool:
    """See that the version can be run; whether it needs the journal that it left behind."""
    if place.trial is None:
        return False
    try:
        refusal = place.trial.refused(wanted)
    except JournalError as error:
        raise ConfigurationError(f"version {wanted.name} cannot be tried: {error}. Nothing was changed") from error
    if refusal is None:
        place.say(f"version {wanted.name} accepts the configuration and, tried on a copy, the journal")
        return False
    has_older = refusal.is_journals and place.trial.has_copy_of(wanted)
    if has_older and older_journal:
        place.say(f"version {wanted.name} cannot go on with the journal: {refusal.why}")
        return True
    hint = "; it could go on with the journal that it left behind: --older-journal" if has_older else ""
    raise ConfigurationError(f"version {wanted.name} cannot run here: {refusal.why}{hint}. Nothing was changed")


def _complete(place: Place, change: Change) -> None:
    """From the switch to the end, or back."""
    layout = place.layout
    wanted, former = layout.version(change.wanted), None if change.former is None else layout.version(change.former)
    place.lay_ground(wanted, place.say)
    switch(layout, place.manager, wanted, former, place.say)
    if change.older_journal:
        _give_journal(place, wanted, change)
    if former is None:
        place.manager.enable()
        place.say("the agent starts with the PC")
    why = _started(place)
    if why is None:
        _end(place)
        place.manager.restart_companions()
        try:
            prune(layout, (wanted, former), place.say)
        except OSError as error:
            place.say(f"an older version could not be removed: {error}")
        return
    _tell_why(place, wanted, why)
    if former is None:
        _end(place)
        raise InstallationError(f"version {wanted.name} is installed, but the agent is not healthy: {why}")
    _take_back(place, change)
    raise InstallationError(f"version {wanted.name} did not become healthy: {why}. Version {former.name} runs again")


def _take_back(place: Place, change: Change) -> None:
    """Let the former version run again, with the journal as it is if it can, else with the one that it left behind."""
    layout = place.layout
    assert change.former is not None
    changes.keep(layout.record, replace(change, given_up=True))
    former = layout.version(change.former)
    place.say(f"going back to version {former.name}")
    _stop(place)
    previous = None if change.previous is None else layout.version(change.previous)
    switch(layout, place.manager, former, previous, place.say)
    _give_journal(place, former, change)
    why = _started(place)
    _end(place)
    place.manager.restart_companions()
    if why is not None:
        _tell_why(place, former, why)
        raise InstallationError(f"version {former.name} was put back, and is not healthy either: {why}")


def _give_journal(place: Place, version: Version, change: Change) -> None:
    """Let a version have the journal as it is if it can go on with it, else the one that it left behind.

    It is the current one already: another one, started by a power cut, would migrate what is put back.
    """
    if place.trial is None:
        return
    try:
        refusal = place.trial.refused(version)
    except JournalError as error:
        place.say(f"whether version {version.name} can go on with the journal was not tried: {error}")
        return
    if refusal is None:
        return
    place.say(f"version {version.name} cannot go on with what is there: {refusal.why}")
    if refusal.is_journals:
        try:
            _put_back(place, version, change)
        except JournalError as error:
            raise InstallationError(
                f"the agent stands still, as the journal of before cannot be put back: {error}. "
                "Then call `sudo lineside install --back`"
            ) from error


def _put_back(place: Place, version: Version, change: Change) -> None:
    assert place.trial is not None
    aside = place.trial.put_back(version, change.began)
    place.say(f"the journal that version {version.name} left behind is put back")
    place.say(f"NOT in it are {aside.facts} facts made since: {aside.written}, beside the journal that has them")
    place.say("the agent begins a new epoch and raises a discrepancy, so that the MES sees the gap")


def _end(place: Place) -> None:
    place.sweep()
    changes.forget(place.layout.record)


def _stop(place: Place) -> None:
    if place.manager.is_running:
        place.manager.stop()
        place.say("agent stopped")


def _keep_copy(place: Place, version: Version) -> None:
    kept = None if place.trial is None else place.trial.keep(version)
    if kept is not None:
        place.say(f"copy of the journal kept: {kept}")


def _started(place: Place) -> str | None:
    """Start the agent and see it healthy; why it is not."""
    if not place.manager.is_running or place.trial is None:
        return None
    if not place.manager.is_enabled():
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
