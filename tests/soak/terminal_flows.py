"""What an operator does at the terminal in a shift, key by key, and what of it the MES must have in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from agent.journal.reading import passages
from simulators.mes.credentials import badge_hmac, read_key
from tests.floor.plant import Floor
from tests.floor.scenes import an_order, codes
from tests.soak.terminal_pane import Pane

WC: Final = "BENCH-1"
BADGE: Final = "BDG:0001"
PERSON: Final = "SV-1"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the operator does."""

    sees: str
    """Regular expression that must stand on the screen before."""
    does: Callable[[Pane], None]


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that the operator enters."""

    name: str
    steps: tuple[Step, ...]
    answer: str
    """Regular expression of the screen's confirmation."""
    type: str
    """Of the fact that comes of it, one."""
    before: Callable[[Floor], None] = lambda _: None
    """What must be so before the operator begins."""
    after: Callable[[Floor], None] = lambda _: None

    def facts(self, floor: Floor) -> int:
        """How many facts of it the MES has."""
        return len(floor.events(self.type))

    def recorded(self, floor: Floor) -> int:
        """How many are in the agent's journal, whether it was told of or not."""
        rows = (row for passage in passages(floor.folder / "journal") for row in passage.rows)
        return sum(row.type == self.type for row in rows)


def furnish(floor: Floor) -> None:
    """Say what the MES of this plant says of people and codes."""
    key = read_key(floor.folder / "journal" / "site-key")
    person = {"operator_id": PERSON, "name": "Dana K.", "badge_hmac": badge_hmac(key, BADGE.removeprefix("BDG:"))}
    floor.publish("operators", {"operators": [{**person, "roles": ["operator", "supervisor"]}]})
    reasons = [{"code": code, "text": {"en": text}} for code, text in (("JAM", "Jam in feeder"), ("CLEAN", "Cleaning"))]
    floor.publish("reasons", {"reasons": reasons})
    floor.publish("defects", codes("SCRATCH", "CRACK"))


def shift(number: int) -> Iterator[Flow]:
    """A shift from signing on to signing off; each needs the one before."""
    order, lot = f"PO-{number}", f"L-{number}"
    yield Flow("badge", (Step(WC, _scan(BADGE)),), r"Dana K\. signed on", "labor.signed_on")
    yield Flow(
        "start",
        (Step(WC, _press("F7")), Step(f"Enter: Start {order}", _press("Enter"))),
        f"Order {order} (started|goes on)",
        "operation.started",
        before=lambda floor: floor.publish(f"orders/{order}", an_order(order), wc=WC),
    )
    yield Flow("lot", (Step(order, _scan(f"LOT:{lot}:FILM")),), f"Lot {lot} loaded", "lot.loaded")
    yield Flow(
        "reason",
        (
            Step("Cleaning", _press("F2")),
            Step(r"\d  Change its reason", _pick("Change its reason")),
            Step(r"\d  (. )?Jam in feeder", _pick("Jam in feeder")),
        ),
        "Reason JAM taken",
        "stop.reason_set",
        before=lambda floor: _stop(floor, "start_stop", code="CLEAN"),
        after=lambda floor: _stop(floor, "end_stop"),
    )
    yield Flow(
        "scrap",
        (Step(order, _press("F5")), Step("how many", _press("Enter")), Step(r"\d  (. )?Scratch", _pick("Scratch"))),
        "Scrap 1 EA taken",
        "scrap.recorded",
    )
    yield Flow(
        "handover",
        (Step(order, _press("F9")), Step("Enter: Sign", _press("Enter"))),
        r"ACCEPTED  Signed\.",
        "shift.handover",
    )
    yield Flow(
        "finish",
        (
            Step(order, _press("F7")),
            Step(f"Enter: Finish {order}", _press("Enter")),
            Step(f"Finish {order} / 10\\?", _press("Enter")),
        ),
        f"Order {order} finished",
        "operation.completed",
        after=lambda floor: floor.publish(f"orders/{order}", None, wc=WC),
    )
    yield Flow("badge again", (Step(WC, _scan(BADGE)),), r"Dana K\. signed off", "labor.signed_off")


def _press(*keys: str) -> Callable[[Pane], None]:
    return lambda pane: pane.press(*keys)


def _scan(code: str) -> Callable[[Pane], None]:
    return lambda pane: pane.scan(code)


def _pick(label: str) -> Callable[[Pane], None]:
    """The digit before a line, wherever that stands in its list."""
    return lambda pane: pane.press(pane.sees(rf"(\d)  (. )?{label}")[1])


def _stop(floor: Floor, action: str, **arguments: str) -> None:
    """What happens at a work center without a machine, whoever says so."""
    floor.enter(WC, action, actor=PERSON, **arguments)
