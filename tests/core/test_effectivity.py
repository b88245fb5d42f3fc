"""A revision holds from its effective date on, at once where it has none; until then the former one does (61, 62)."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

import pytest

from agent.core.desk.desk import Desk, DeskOutcome
from agent.core.directories import Directories
from agent.core.directories.copies import Kept
from agent.core.directories.taking import MOST_OF_ONE, MOST_SCHEDULED, restored
from agent.core.facts import DirectoryApplied, DiscrepancyRaised, DiscrepancyResolved
from agent.core.observations import Directive, Started, Tick
from tests.core.build import FIRST_ID, PROVENANCE, WC, clock, instant
from tests.core.messages import code_list, item, message, operators, order, reasons, resources

HOUR = 3600.0
REASONS = (None, "reasons")
ORDER = {"order_id": "PO-1", "op_no": "10", "item_id": "CAP-28", "qty_planned": "100", "uom": "EA"}
ORDER |= {"release_status": "released"}
LINE = {"line": "10", "item_id": "LID", "qty_per": "1", "uom": "EA"}


@dataclass
class Office:
    """A desk, told one thing after another."""

    desk: Desk = field(default_factory=lambda: Desk("1.0", PROVENANCE, (), Directories()))
    facts: list[DirectoryApplied] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    told: int = 0

    def hear(self, at: float, name: str, payload: bytes, wc_id: str | None = None) -> list[DirectoryApplied]:
        return self._observe(Directive(wc_id, name, payload, instant(at)))

    def tick(self, at: float) -> list[DirectoryApplied]:
        return self._observe(Tick(None, instant(at)))

    def start(self, at: float) -> list[DirectoryApplied]:
        return self._observe(Started(None, instant(at), f"run-{self.told}", at))

    def restart(self) -> None:
        """As after a kill: what is kept and the snapshot are all that is left."""
        directories = Directories()
        for kept in self.held():
            directories = restored(directories, kept)
        new = Desk("1.0", PROVENANCE, (), directories)
        self.desk = new.restored(self.desk.snapshot())

    def held(self) -> list[Kept]:
        """The copies as the journal keeps them: one in force of each object, and those that are scheduled."""
        held: dict[tuple[str | None, str, float | None], Kept] = {}
        for kept in self.kept:
            key = (kept.wc_id, kept.name)
            gone: list[tuple[str | None, str, float | None]] = [(*key, at) for at in kept.dropped]
            if kept.outcome == "withdrawn":
                gone = [known for known in held if known[:2] == key]
            for known in gone:
                held.pop(known, None)
            if kept.outcome in {"applied", "scheduled"}:
                held[(*key, kept.effective_from if kept.outcome == "scheduled" else None)] = kept
        return list(held.values())

    @property
    def rev(self) -> str:
        """The revision of the reasons in force."""
        return self.desk.directories.reasons.rev

    @property
    def waiting(self) -> list[str]:
        """Scheduled revisions of the reasons."""
        return [one.copy.rev for one in self.desk.directories.scheduled.get(REASONS, ())]

    def _observe(self, observation: Directive | Tick | Started) -> list[DirectoryApplied]:
        outcome: DeskOutcome = self.desk.observe(observation, UUID(int=FIRST_ID.int + (self.told << 12)))
        self.told += 1
        self.desk = outcome.desk
        self.kept += outcome.kept
        said = [fact.data for fact in outcome.facts if isinstance(fact.data, DirectoryApplied)]
        self.facts += said
        self.others = [fact.data for fact in outcome.facts if not isinstance(fact.data, DirectoryApplied)]
        return said

    others: list[object] = field(default_factory=list)
    """What else the last observation told."""


def said(facts: list[DirectoryApplied]) -> list[tuple[str, str | None, str | None]]:
    return [(fact.outcome, fact.rev, fact.supersedes) for fact in facts]


def revision(rev: str, at: float | None = None) -> bytes:
    return reasons(f"R{rev}", rev=rev, effective_from=None if at is None else clock(at))


def test_what_holds_from_a_later_instant_on_waits_for_it_and_then_is_in_force_by_itself() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("1"))
    later = revision("2", HOUR)
    assert said(office.hear(1.0, "reasons", later)) == [("scheduled", "2", "1")]
    assert (office.facts[-1].effective_from, office.facts[-1].owner) == (clock(HOUR), "MES")
    assert (office.rev, office.waiting) == ("1", ["2"])
    assert office.tick(HOUR - 0.001) == []
    assert said(office.tick(HOUR)) == [("applied", "2", "1")]
    assert office.facts[-1].sha256 == sha256(later).hexdigest()
    assert office.facts[-1].effective_from == clock(HOUR)
    assert (office.rev, office.waiting) == ("2", [])
    assert office.tick(HOUR + 1) == []


def test_what_is_due_is_in_force_before_the_next_message_is_looked_at() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("2", HOUR))
    assert said(office.hear(2 * HOUR, "reasons", revision("3"))) == [("applied", "2", None), ("applied", "3", "2")]


def test_an_effective_date_that_has_passed_holds_at_once() -> None:
    office = Office()
    assert said(office.hear(HOUR, "reasons", revision("2", 0.0))) == [("applied", "2", None)]


def test_a_revision_takes_the_place_of_a_scheduled_one_that_has_its_number_or_its_instant() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("1"))
    for rev, hours in (("2", 1), ("3", 2), ("4", 3)):
        office.hear(1.0, "reasons", revision(rev, hours * HOUR))
    assert office.waiting == ["2", "3", "4"]
    office.hear(2.0, "reasons", revision("3", 4 * HOUR))
    assert office.waiting == ["2", "4", "3"], "its date was moved"
    office.hear(3.0, "reasons", revision("5", 3 * HOUR))
    assert office.waiting == ["2", "5", "3"], "another revision is to hold from then on"
    assert said(office.hear(4.0, "reasons", revision("2"))) == [("applied", "2", "1")]
    assert office.waiting == ["5", "3"], "it was brought forward"
    assert said(office.tick(9 * HOUR)) == [("applied", "5", "2"), ("applied", "3", "5")]


def test_a_revision_that_holds_at_once_leaves_others_scheduled() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("2", HOUR))
    office.hear(1.0, "reasons", revision("1b"))
    assert (office.rev, office.waiting) == ("1b", ["2"])
    office.tick(HOUR)
    assert office.rev == "2"


def test_a_broker_that_gives_the_last_message_again_undoes_nothing() -> None:
    """Retained, it comes with every connection; meanwhile a scheduled revision has taken its place."""
    office = Office()
    office.hear(0.0, "reasons", revision("2", HOUR))
    office.hear(1.0, "reasons", revision("1b"))
    office.tick(HOUR)
    for at in (HOUR + 1, HOUR + 2):
        office.restart()
        assert office.hear(at, "reasons", revision("1b")) == []
        assert office.rev == "2"
    assert said(office.hear(HOUR + 3, "reasons", revision("1c"))) == [("applied", "1c", "2")]
    assert said(office.hear(HOUR + 4, "reasons", revision("1b"))) == [("applied", "1b", "1c")], "it was said anew"


def test_the_former_revision_may_be_sent_again_to_go_back_to_it() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("1"))
    office.hear(1.0, "reasons", revision("2", HOUR))
    office.tick(HOUR)
    assert said(office.hear(HOUR + 1, "reasons", revision("1"))) == [("applied", "1", "2")]


def test_a_repeat_of_what_is_scheduled_is_not_told_again() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("2", HOUR))
    assert office.hear(1.0, "reasons", revision("2", HOUR)) == []


def test_what_is_withdrawn_is_withdrawn_with_what_was_scheduled_for_it() -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("1"))
    office.hear(1.0, "reasons", revision("2", HOUR))
    assert said(office.hear(2.0, "reasons", b"")) == [("withdrawn", None, "1")]
    assert office.tick(2 * HOUR) == []
    assert office.desk.directories == Directories()
    office.hear(3 * HOUR, "reasons", revision("3", 4 * HOUR))
    assert said(office.hear(3 * HOUR, "reasons", b"")) == [("withdrawn", None, None)], "scheduled alone"


def test_few_revisions_of_one_object_may_wait_and_not_too_many_of_all() -> None:
    office = Office()
    for number in range(MOST_OF_ONE):
        office.hear(0.0, "reasons", revision(str(number), (1 + number) * HOUR))
    [refused] = office.hear(1.0, "reasons", revision("more", 99 * HOUR))
    assert (refused.outcome, "5 of it wait already" in refused.detail) == ("refused", True)
    assert len(office.waiting) == MOST_OF_ONE
    for number in range(MOST_SCHEDULED - MOST_OF_ONE):
        office.hear(2.0, f"items/I-{number}", item(f"I-{number}", effective_from=clock(HOUR)))
    [refused] = office.hear(3.0, "items/LAST", item("LAST", effective_from=clock(HOUR)))
    assert f"{MOST_SCHEDULED} of all objects wait already" in refused.detail
    office.tick(HOUR)
    assert said(office.hear(HOUR, "items/LAST", item("LAST", effective_from=clock(HOUR)))) == [("applied", "1", None)]


def test_what_contradicts_another_object_by_then_is_refused_and_the_former_stays() -> None:
    office = Office()
    office.hear(0.0, "items/cap", item("cap", effective_from=clock(HOUR)))
    office.hear(1.0, "items/CAP", item("CAP"))
    [refused] = office.tick(HOUR)
    assert (refused.outcome, "'cap' and 'CAP'" in refused.detail) == ("refused", True)
    assert (set(office.desk.directories.items), office.desk.directories.scheduled) == ({"CAP"}, {})
    assert office.kept[-1].dropped


@pytest.mark.parametrize("down_until", [0.5 * HOUR, 1.5 * HOUR])
def test_after_a_restart_everything_is_as_before_and_what_fell_due_meanwhile_is_in_force_at_once(
    down_until: float,
) -> None:
    office = Office()
    office.hear(0.0, "reasons", revision("1"))
    office.hear(0.0, "items/CAP", item("CAP", "7", owner="ERP"))
    office.hear(1.0, "reasons", revision("2", HOUR))
    office.hear(2.0, "reasons", revision("3", 2 * HOUR))
    before = office.desk.directories
    office.restart()
    assert office.desk.directories == before
    assert said(office.start(down_until)) == ([("applied", "2", "1")] if down_until > HOUR else [])
    assert office.rev == ("2" if down_until > HOUR else "1")
    assert said(office.tick(2 * HOUR))[-1] == ("applied", "3", "2")


def test_a_message_that_says_when_it_holds_in_another_zone_holds_then() -> None:
    office = Office()
    office.hear(0.0, "reasons", reasons("A", rev="2", effective_from="2026-03-04T11:00:00+05:00"))
    assert office.facts[-1].effective_from == "2026-03-04T06:00:00.000Z"


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2026-03-04T11:00:00", "soon"]
)
def test_an_effective_date_that_is_none_is_refused(at: str) -> None:
    [refused] = Office().hear(0.0, "reasons", reasons("A", effective_from=at))
    assert (refused.outcome, "effective_from" in refused.detail) == ("refused", True)


@pytest.mark.parametrize(
    ("fields", "evidence"),
    [
        ({"item_id": "cap-28"}, {"field": "item_id", "directory": "items", "code": "cap-28", "known": "CAP-28"}),
        ({"item_id": "CAP-29"}, {"field": "item_id", "directory": "items", "code": "CAP-29"}),
        ({"uom": "ea"}, {"field": "uom", "directory": "uoms", "code": "ea", "known": "EA"}),
        ({"uom": "KG"}, {"field": "uom", "directory": "uoms", "code": "KG"}),
        ({"crew_id": "b"}, {"field": "crew_id", "directory": "resources", "code": "b", "known": "B"}),
        ({"resources": ["m7"]}, {"field": "resources", "directory": "resources", "code": "m7", "known": "M7"}),
    ],
)
def test_an_order_that_names_a_code_the_directories_have_otherwise_is_taken_and_somebody_must_look(
    fields: dict[str, object], evidence: dict[str, str]
) -> None:
    office = a_plant()
    office.hear(1.0, "orders/PO-1", message("1", **{**ORDER, **fields}), WC)
    assert (WC, "PO-1") in office.desk.directories.orders
    [raised] = office.others
    assert isinstance(raised, DiscrepancyRaised)
    assert (raised.code, raised.keys.order_id, raised.keys.wc_id) == ("directory_code_unknown", "PO-1", WC)
    assert raised.evidence == {"order_id": "PO-1", "rev": "1", **evidence}
    office.hear(1.5, "orders/PO-1", message("1b", **{**ORDER, **fields}), WC)
    assert office.others == [], "it was raised already"
    office.hear(2.0, "orders/PO-1", order("PO-1", "2", item_id="CAP-28"), WC)
    [resolved] = office.others
    assert isinstance(resolved, DiscrepancyResolved), "the owner has corrected it"
    assert resolved.discrepancy_id == raised.discrepancy_id


def a_plant() -> Office:
    office = Office()
    office.hear(0.0, "items/CAP-28", item("CAP-28"))
    office.hear(0.0, "uoms", code_list("EA"))
    both = message(resources=[{"resource_id": "B", "kind": "crew"}, {"resource_id": "M7", "kind": "tool"}])
    office.hear(0.0, "resources", both)
    return office


def test_an_order_whose_codes_are_known_raises_nothing_nor_does_one_where_there_is_no_directory() -> None:
    office = a_plant()
    office.hear(1.0, "orders/PO-1", order("PO-1", item_id="CAP-28", crew_id="B", resources=["M7", "M8"]), WC)
    assert office.others == []
    office = Office()
    office.hear(1.0, "orders/PO-1", order("PO-1", crew_id="b"), WC)
    assert office.others == []
    office.hear(2.0, "operators", operators("anna"))
    office.hear(2.0, "resources", resources("tool", "B"))
    office.hear(3.0, "orders/PO-2", order("PO-2", crew_id="b"), WC)
    assert office.others == []


def test_a_code_that_becomes_known_is_no_contradiction_any_more() -> None:
    office = a_plant()
    office.hear(1.0, "orders/PO-1", order("PO-1", item_id="CAP-29"), WC)
    office.hear(2.0, "items/CAP-29", item("CAP-29"))
    [resolved] = office.others
    assert isinstance(resolved, DiscrepancyResolved)
    assert resolved.resolution == "known"


def test_a_scheduled_order_is_looked_at_when_it_is_in_force() -> None:
    office = a_plant()
    office.hear(1.0, "orders/PO-1", order("PO-1", item_id="X", effective_from=clock(HOUR)), WC)
    assert office.others == []
    office.tick(HOUR)
    assert [type(one) for one in office.others] == [DiscrepancyRaised]


def test_a_version_that_has_begun_is_not_edited_under_its_name_but_may_end() -> None:
    office = Office()
    begun = {"bom_version": "1", "effective_from": clock(-HOUR), "lines": [LINE]}
    to_come = {"bom_version": "2", "effective_from": clock(HOUR), "lines": [LINE]}
    office.hear(0.0, "boms/BOX", message("1", item_id="BOX", versions=[begun, to_come]))
    other = {"lines": [{**LINE, "qty_per": "2"}]}
    [refused] = office.hear(1.0, "boms/BOX", message("2", item_id="BOX", versions=[{**begun, **other}, to_come]))
    assert (refused.outcome, "version 1 has begun and would become another one" in refused.detail) == ("refused", True)
    assert office.desk.directories.boms["BOX"].rev == "1"
    ended = {**begun, "effective_to": clock(HOUR)}
    [applied] = office.hear(2.0, "boms/BOX", message("3", item_id="BOX", versions=[ended, {**to_come, **other}]))
    assert applied.outcome == "applied", "what has not begun may still be changed"


@pytest.mark.parametrize(
    ("name", "version", "edit"),
    [
        ("norms/BOX", {"norm_version": "1", "op_no": "10", "cycle_s": "2"}, {"cycle_s": "3"}),
        ("routes/BOX", {"route_version": "1", "steps": [{"op_no": "10"}]}, {"steps": [{"op_no": "20"}]}),
        ("checks/BOX", {"limits_version": "1", "checks": []}, {"checks": [{"check_id": "A", "kind": "final"}]}),
    ],
)
def test_norms_routes_and_checks_are_not_edited_either(
    name: str, version: dict[str, object], edit: dict[str, object]
) -> None:
    office, begun = Office(), {**version, "effective_from": clock(-HOUR)}
    office.hear(0.0, name, message("1", item_id="BOX", versions=[begun]))
    [refused] = office.hear(1.0, name, message("2", item_id="BOX", versions=[{**begun, **edit}]))
    assert (refused.outcome, "1 " in refused.detail) == ("refused", True)
    [applied] = office.hear(2.0, name, message("3", item_id="BOX", versions=[begun]))
    assert applied.outcome == "applied"
