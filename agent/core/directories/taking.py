"""Takes messages of the MES in: whole or not at all, at once or at the instant from which on they hold.

Of one object the revision in force and the scheduled ones are known. A revision takes the place of a scheduled one that
has its number or its instant, and of no other; what is withdrawn is withdrawn with all that was scheduled for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from agent.core.directories import Directories, Item
from agent.core.directories.codes import folded
from agent.core.directories.copies import AS_KEPT, Copy, Kept, Scheduled, edited
from agent.core.directories.kinds import Place, place_of
from agent.core.errors import InvalidMessageError
from agent.core.times import iso
from agent.core.values import replace

MOST_OF_ONE = 5
"""Scheduled revisions of one object."""
MOST_SCHEDULED = 200
"""Scheduled revisions of all objects."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message came to."""

    directories: Directories
    kept: Kept | None
    """None where it changed nothing."""


def received(directories: Directories, wc_id: str | None, name: str, payload: bytes, now: float) -> Taken:
    """Take one message in.

    Args:
        directories: what is known so far.
        wc_id: work center of the topic, None for the whole site.
        name: the topic behind `dir/`, such as `orders/PO-1001`, `reasons` or `calendar`.
        payload: the message; empty withdraws.
        now: when it was received, in seconds since 1970 UTC.

    Raises:
        InvalidMessageError: no such directory, not its published form, codes that are mistaken for others, or an
            edit of a version that has begun.
    """
    place = place_of(wc_id, name)
    former = place.kind.find(directories, place.key)
    waiting = directories.scheduled.get((wc_id, name), ())
    if not payload:
        return _withdrawn(directories, (wc_id, name), place)
    copy = _parsed(place, name, payload)
    if copy == former or any(one.copy == copy for one in waiting):
        return Taken(directories, None)
    _tell_apart(directories, place, copy, name)
    _must_not_edit(former, copy, name, now)
    at = copy.effective_from.timestamp() if copy.effective_from is not None and copy.begins_after(now) else None
    others = tuple(one for one in waiting if one.copy.rev != copy.rev and one.at != at)
    dropped = tuple(one.at for one in waiting if one not in others)
    if at is None:
        directories = place.kind.put(_waiting(directories, (wc_id, name), others), place.key, copy)
        return Taken(directories, _kept((wc_id, name), payload, copy, former, dropped))
    total = sum(len(each) for each in directories.scheduled.values()) - len(dropped)
    if len(others) >= MOST_OF_ONE or total >= MOST_SCHEDULED:
        most = f"{MOST_OF_ONE} of it" if len(others) >= MOST_OF_ONE else f"{MOST_SCHEDULED} of all objects"
        raise InvalidMessageError(
            f"directory {name}: revision {copy.rev} is to hold from {iso(at)}; {most} wait already"
        )
    before = next((one.copy for one in reversed(others) if one.at < at), former)
    mine = tuple(sorted((*others, Scheduled(at, copy, payload)), key=lambda one: one.at))
    kept = replace(_kept((wc_id, name), payload, copy, before, dropped), outcome="scheduled")
    return Taken(_waiting(directories, (wc_id, name), mine), kept)


def switched(directories: Directories, now: float) -> Iterator[Taken]:
    """Put in force what was scheduled for an instant that has come, one after the other.

    What contradicts other objects by now is refused, and the former revision stays.
    """
    due = [(one.at, key, one) for key, each in directories.scheduled.items() for one in each if one.at <= now]
    for at, (wc_id, name), one in sorted(due, key=lambda each: each[0]):
        place = place_of(wc_id, name)
        former = place.kind.find(directories, place.key)
        others = tuple(other for other in directories.scheduled[wc_id, name] if other is not one)
        directories = _waiting(directories, (wc_id, name), others)
        kept = _kept((wc_id, name), one.payload, one.copy, former, (at,))
        try:
            _tell_apart(directories, place, one.copy, name)
        except InvalidMessageError as error:
            kept = replace(kept, outcome="refused", detail=str(error))
        else:
            directories = place.kind.put(directories, place.key, one.copy)
        yield Taken(directories, kept)


def restored(directories: Directories, kept: Kept) -> Directories:
    """The directories with what was taken in an earlier run, which is not judged again by rules that came since.

    Raises:
        InvalidMessageError: this version does not understand it.
    """
    place = place_of(kept.wc_id, kept.name)
    copy = _parsed(place, kept.name, kept.payload, strict=False)
    if kept.outcome != "scheduled" or copy.effective_from is None:
        return place.kind.put(directories, place.key, copy)
    key = (kept.wc_id, kept.name)
    one = Scheduled(copy.effective_from.timestamp(), copy, kept.payload)
    mine = sorted((*directories.scheduled.get(key, ()), one), key=lambda each: each.at)
    return _waiting(directories, key, tuple(mine))


def as_recorded(wc_id: str | None, name: str, payload: bytes, now: float) -> Kept:
    """A message of which it is only known that it was in force or scheduled at an instant.

    Raises:
        InvalidMessageError: as `restored`.
    """
    copy = _parsed(place_of(wc_id, name), name, payload, strict=False)
    return Kept(wc_id, name, payload, "scheduled" if copy.begins_after(now) else "applied")


def _withdrawn(directories: Directories, key: tuple[str | None, str], place: Place) -> Taken:
    former = place.kind.find(directories, place.key)
    waiting = directories.scheduled.get(key, ())
    if former is None and not waiting:
        return Taken(directories, None)
    directories = place.kind.put(_waiting(directories, key, ()), place.key, None)
    supersedes, owner = (None, None) if former is None else (former.rev, former.owner)
    dropped = tuple(one.at for one in waiting)
    return Taken(directories, Kept(*key, b"", "withdrawn", owner=owner, supersedes=supersedes, dropped=dropped))


def _parsed(place: Place, name: str, payload: bytes, *, strict: bool = True) -> Copy:
    try:
        copy = place.kind.model.model_validate_json(payload, context=None if strict else AS_KEPT)
        place.kind.check_name(copy, place.rest)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise InvalidMessageError(f"directory {name}: {where}: {first['msg']}; the former revision stays") from error
    except ValueError as error:
        raise InvalidMessageError(f"directory {name}: {error}") from error
    return copy


def _tell_apart(directories: Directories, place: Place, copy: Copy, name: str) -> None:
    """Two objects of one kind never have ids that are mistaken for each other, and two items no GTIN in common."""
    if isinstance(copy, Item):
        _own_gtins(directories, copy, name)
    if place.kind.by != "name" or not place.kind.named or place.kind.head == "figures":
        return
    mine, former = place.kind.identity(copy), place.kind.find(directories, place.key)
    if former is not None and place.kind.identity(former) == mine:
        return
    marks = tuple(folded(word) for word in mine)
    for other in place.kind.copies(directories):
        theirs = place.kind.identity(other)
        for word, mark, known in zip(mine, marks, theirs, strict=True):
            if word == known:
                continue
            if mark == folded(known):
                raise InvalidMessageError(
                    f"directory {name}: '{word}' and '{known}', which is known, differ only by case, blanks or leading "
                    "zeros; the former revision stays"
                )
            break


def _own_gtins(directories: Directories, item: Item, name: str) -> None:
    mine = {package.gtin for package in item.gtins}
    if not mine:
        return
    for other in directories.items.values():
        shared = next((one.gtin for one in other.gtins if one.gtin in mine), None)
        if shared is not None and other.item_id != item.item_id:
            raise InvalidMessageError(
                f"directory {name}: GTIN {shared} is that of item '{other.item_id}', which is known; "
                "the former revision stays"
            )


def _must_not_edit(former: Copy | None, copy: Copy, name: str, now: float) -> None:
    """What an operation works with switches by effectivity, never by an edit (requirement 61)."""
    found = None if former is None else edited(former.named_versions(), copy.named_versions(), now)
    if found is not None:
        raise InvalidMessageError(
            f"directory {name}: version {found} has begun and would become another one; expected a new version with an "
            "effective_from of its own; the former revision stays"
        )


def _kept(
    key: tuple[str | None, str], payload: bytes, copy: Copy, former: Copy | None, dropped: tuple[float, ...]
) -> Kept:
    return Kept(
        *key,
        payload,
        rev=copy.rev,
        owner=copy.owner,
        effective_from=None if copy.effective_from is None else copy.effective_from.timestamp(),
        supersedes=None if former is None else former.rev,
        dropped=dropped,
    )


def _waiting(directories: Directories, key: tuple[str | None, str], mine: tuple[Scheduled, ...]) -> Directories:
    others = {known: each for known, each in directories.scheduled.items() if known != key}
    return replace(directories, scheduled={**others, key: mine} if mine else others)
