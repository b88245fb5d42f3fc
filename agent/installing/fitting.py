"""Whether a version fits the configuration and the journal, and which journal it is given where it does not."""

from __future__ import annotations

from agent.core.errors import ConfigurationError, JournalError
from agent.installing.change import Change
from agent.installing.layout import InstallationError, Version
from agent.installing.place import Place


def must_fit(place: Place, wanted: Version, *, older_journal: bool) -> bool:
    """See that a version can be run.

    Returns:
        whether it needs the journal that it left behind.

    Raises:
        ConfigurationError: it cannot, or could with that journal, which nobody asked for.
    """
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


def doubt(place: Place, name: str) -> str | None:
    """Why a version could not go on with configuration and journal as they are, or that it cannot be tried."""
    if place.trial is None:
        return None
    try:
        refusal = place.trial.refused(place.layout.version(name))
    except JournalError as error:
        return str(error)
    return None if refusal is None else refusal.why


def give(place: Place, version: Version, change: Change) -> None:
    """Let a version have the journal as it is, unless it does not understand it: then the one that it left behind.

    It is the current one already: another one, started by a power cut, would migrate what is put back.

    Raises:
        InstallationError: that one cannot be put back.
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
            aside = place.trial.put_back(version, change.began)
        except JournalError as error:
            raise _standing_still(error) from error
        place.say(f"the journal that version {version.name} left behind is put back")
        place.say(f"NOT in it are {aside.facts} facts made since: {aside.written}, beside the journal that has them")
        place.say("the agent begins a new epoch and raises a discrepancy, so that the MES sees the gap")


def take_again(place: Place, version: Version, change: Change) -> None:
    """Undo that a version was given the journal that it left behind.

    Raises:
        InstallationError: the other one cannot be put back.
    """
    assert place.trial is not None
    try:
        aside = place.trial.take_again(version, change.began)
    except JournalError as error:
        raise _standing_still(error) from error
    if aside is not None:
        place.say("the journal that was kept aside is put back")
        if aside.facts:
            place.say(f"NOT in it are {aside.facts} facts of version {version.name}: {aside.written}")


def _standing_still(error: JournalError) -> InstallationError:
    return InstallationError(
        f"the agent stands still, as the journal of before cannot be put back: {error}. "
        "Then call `sudo lineside install --back`"
    )
