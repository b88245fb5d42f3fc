"""The desk's work on copies of the MES's objects: each message is taken, scheduled, refused or withdrawn, and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from agent.core.directories import Directories, Order
from agent.core.directories.copies import Kept
from agent.core.directories.kinds import place_of
from agent.core.directories.parts import Assemblies, is_part, overdue, put
from agent.core.directories.taking import received, switched
from agent.core.directories.unknown import unknown_codes
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.draft import Draft
from agent.core.errors import InvalidMessageError
from agent.core.facts import DirectoryApplied, Keys
from agent.core.observations import Directive
from agent.core.times import iso

MOST_REMEMBERED = 50
"""Messages of each sort that are remembered; a snapshot is small whatever is sent."""
LONGEST_KEPT = 4_000_000
"""Octets of a refused message that are kept for whoever looks for what was wrong."""
Memory = Mapping[str, str]
"""By a hash of an object's name: a hash of a message."""


@dataclass(slots=True)
class Copying:
    """The working copy of what the desk knows of the MES's objects, for one observation."""

    directories: Directories
    assemblies: Assemblies
    refused: Memory
    """Of each object whose last message was refused. Retained, it comes again with each connection and is told once."""
    latest: Memory
    """Of each object of which a revision was scheduled when its last message came. Retained, that one comes again with
    each connection, and must not undo what has taken its place meanwhile."""
    numbers: int
    draft: Draft
    kept: list[Kept] = field(default_factory=list)
    """What is to be kept of all this."""

    def pass_time(self) -> None:
        """Put in force what was scheduled for now, and report lists of which parts are missing."""
        now = self.draft.observed
        if any(each[0].at <= now for each in self.directories.scheduled.values()):
            for taken in switched(self.directories, now):
                before, self.directories = self.directories, taken.directories
                assert taken.kept is not None
                self._tell(taken.kept)
                self._look_at_codes(taken.kept, before)
        self.assemblies, late = overdue(self.assemblies, now)
        for (wc_id, name), lacks in late:
            self._tell(Kept(wc_id, f"{name}/manifest", b"", "refused", detail=f"directory {name}: {lacks}"))

    def hear(self, directive: Directive) -> None:
        """Take one message."""
        self.pass_time()
        wc_id, name, payload = directive.wc_id, directive.name, directive.payload
        rev: str | None = None
        try:
            if is_part(name):
                step = put(self.assemblies, wc_id, name, payload, self.draft.observed)
                self.assemblies = step.assemblies
                if step.message is None:
                    return
                name, payload, rev = step.name, step.message, step.rev
            self._take(wc_id, name, payload, rev)
        except InvalidMessageError as error:
            self._refuse(wc_id, name, payload, str(error))

    def _take(self, wc_id: str | None, name: str, payload: bytes, rev: str | None) -> None:
        mark, seen = _mark(wc_id, name), _hashed(payload)
        if self.latest.get(mark) == seen:
            return
        taken = received(self.directories, wc_id, name, payload, self.draft.observed)
        if rev is not None and taken.kept is not None and taken.kept.rev != rev:
            raise InvalidMessageError(
                f"directory {name}: rev is '{taken.kept.rev}'; expected '{rev}', as the manifest says"
            )
        before, self.directories = self.directories, taken.directories
        self.refused = _without(self.refused, mark)
        waiting = self.directories.scheduled.get((wc_id, name), ())
        several = any(one.payload != payload for one in waiting)
        self.latest = _with(self.latest, mark, seen) if several else _without(self.latest, mark)
        if taken.kept is not None:
            self._tell(taken.kept)
            self._look_at_codes(taken.kept, before)

    def _refuse(self, wc_id: str | None, name: str, payload: bytes, detail: str) -> None:
        mark, seen = _mark(wc_id, name), _hashed(payload)
        if self.refused.get(mark) == seen:
            return
        self.refused = _with(self.refused, mark, seen)
        self.latest = _without(self.latest, mark)
        if len(payload) > LONGEST_KEPT:
            detail = f"{detail}; the first {LONGEST_KEPT} of its {len(payload)} octets are kept"
        self._tell(Kept(wc_id, name, payload[:LONGEST_KEPT], "refused", detail=detail))

    def _tell(self, kept: Kept) -> None:
        self.numbers += 1
        self.kept.append(kept)
        draft = self.draft
        data = DirectoryApplied(
            keys=Keys(wc_id=kept.wc_id),
            quality=draft.quality("mes"),
            name=kept.name,
            outcome=kept.outcome,
            rev=kept.rev,
            owner=kept.owner,
            effective_from=None if kept.effective_from is None else iso(kept.effective_from),
            supersedes=kept.supersedes,
            sha256=sha256(kept.payload).hexdigest(),
            detail=kept.detail,
        )
        draft.add(data, draft.observed, f"dir:{kept.wc_id or '-'}:{kept.name}:{self.numbers}")

    def _look_at_codes(self, kept: Kept, before: Directories) -> None:
        """Raise the codes of an order that are not known, but for those that its former revision named already."""
        place = place_of(kept.wc_id, kept.name)
        order, former = (place.kind.find(known, place.key) for known in (self.directories, before))
        if kept.outcome != "applied" or not isinstance(order, Order):
            return
        raised = set(unknown_codes(before, former)) if isinstance(former, Order) else set()
        draft, now = self.draft, self.draft.observed
        keys, draft.keys = draft.keys, Keys(wc_id=kept.wc_id, order_id=order.order_id, op_no=order.op_no)
        for found in unknown_codes(self.directories, order):
            if found in raised:
                continue
            evidence = {"order_id": order.order_id, "rev": order.rev, **found.evidence}
            contradiction = Discrepancy("directory_code_unknown", now, now, evidence)
            contradiction.tell(draft, "mes", f"{kept.name}:{self.numbers}:{found.field}:{found.code}")
        draft.keys = keys


def _mark(wc_id: str | None, name: str) -> str:
    return _hashed(f"{wc_id or '-'}/{name}".encode())


def _hashed(octets: bytes) -> str:
    return sha256(octets).hexdigest()[:16]


def _with(memory: Memory, mark: str, seen: str) -> Memory:
    return dict([*_without(memory, mark).items(), (mark, seen)][-MOST_REMEMBERED:])


def _without(memory: Memory, mark: str) -> Memory:
    return {known: seen for known, seen in memory.items() if known != mark} if mark in memory else memory
