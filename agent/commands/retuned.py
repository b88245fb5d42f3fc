"""Says in words and in JSON how two configurations differ in what they make of a recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

from agent.core.facts import StopClass
from agent.core.recordings.retuning import Account, Change, Span, Total, changes, settings_changed
from agent.core.times import iso
from agent.playback import Seam
from agent.replay import Replay

MOST_CHANGES = 40
"""Changes that are listed of a work center; JSON has them all."""
MOST_SPANS = 6
"""Stops that are listed on one side of a change."""
NOTHING = Total(0, 0.0)


@dataclass(slots=True)
class Result:
    """A recording, observed with both configurations."""

    before: Replay
    after: Replay
    observations: int = 0
    time_zone: str = "UTC"
    begun: float | None = None
    """Plant time of the first observation."""
    seams: list[Seam] = field(default_factory=list)

    def saw(self, at: float) -> None:
        """One observation more, of this plant time."""
        self.observations += 1
        self.begun = at if self.begun is None else self.begun

    @property
    def until(self) -> float:
        """Plant time of the last observation."""
        return self.after.now


@dataclass(frozen=True, slots=True)
class Watch:
    """Shows plant time as people there read it."""

    zone: ZoneInfo
    has_days: bool
    """The recording spans more than a day."""

    def at(self, epoch_s: float) -> str:
        """`06:12:03.4`, with the day where there are several."""
        local = self.local(epoch_s)
        clock = f"{local:%H:%M:%S}.{local.microsecond // 100_000}"
        return f"{local:%m-%d} {clock}" if self.has_days else clock

    def local(self, epoch_s: float) -> datetime:
        """In the plant's zone."""
        return datetime.fromtimestamp(epoch_s, UTC).astimezone(self.zone)


def told(result: Result) -> Iterator[str]:
    """The lines for people."""
    zone = ZoneInfo(result.time_zone)
    begun, until = result.begun or 0.0, result.until
    days = {datetime.fromtimestamp(at, zone).date() for at in (begun, until)}
    watch = Watch(zone, has_days=len(days) > 1)
    yield (
        f"Recorded from {watch.local(begun):%Y-%m-%d %H:%M:%S} to {watch.local(until):%Y-%m-%d %H:%M:%S} "
        f"({result.time_zone}), {result.observations:,} observations."
    )
    yield f"Before: {result.before.name}. New: {result.after.name}."
    for seam in result.seams:
        to = "on" if seam.begun is None else f"to {watch.at(seam.begun)}"
        yield f"Not recorded from {watch.at(seam.end)} {to}: {seam.why}."
    for wc_id in result.after.accounts:
        yield ""
        yield from _center(result, wc_id, watch)


def _center(result: Result, wc_id: str, watch: Watch) -> Iterator[str]:
    before, after = result.before.accounts[wc_id], result.after.accounts[wc_id]
    yield wc_id
    differing = _settings(result, wc_id)
    if not differing:
        yield "  both configurations are the same here"
    for name, (old, new) in differing.items():
        yield f"  {name}: {_value(old)} -> {_value(new)}"
    yield ""
    yield from _table(before, after, result.until)
    found = changes(before, after)
    if not found:
        yield "  no stop changes"
        return
    yield ""
    for change in found[:MOST_CHANGES]:
        yield from _change(change, watch, result.until)
    if len(found) > MOST_CHANGES:
        yield f"  and {len(found) - MOST_CHANGES} more changes; --json has them all"


def _table(before: Account, after: Account, until: float) -> Iterator[str]:
    yield f"  {'':<26}{'before':>20}{'new':>20}{'change':>20}"
    old, new = before.totals(until), after.totals(until)
    for kind in get_args(StopClass):
        if kind in old or kind in new:
            yield _stops_row(f"stops, {kind}", old.get(kind, NOTHING), new.get(kind, NOTHING))
    yield _stops_row("stops, all", _sum(old), _sum(new))
    for name, mine, theirs in (("good", before.good, after.good), ("scrap", before.scrap, after.scrap)):
        for uom in sorted(mine.keys() | theirs.keys()):
            yield _row(f"{name}, {uom}", _number(mine[uom]), _number(theirs[uom]), theirs[uom] - mine[uom])
    codes, others = before.codes(), after.codes()
    for code in sorted(codes.keys() | others.keys()):
        one, other = codes.get(code, 0), others.get(code, 0)
        yield _row(code, str(one), str(other), Decimal(other - one))


def _stops_row(name: str, old: Total, new: Total) -> str:
    count, seconds = new.count - old.count, new.seconds - old.seconds
    is_same = count == 0 and abs(seconds) < 0.0005
    change = "" if is_same else f"{count:+d}  {'-' if seconds < 0 else '+'}{_lasting(abs(seconds))}"
    return f"  {name:<26}{_stops(old):>20}{_stops(new):>20}{change:>20}".rstrip()


def _stops(total: Total) -> str:
    return f"{total.count}  {_lasting(total.seconds)}"


def _row(name: str, old: str, new: str, change: Decimal) -> str:
    return f"  {name:<26}{old:>20}{new:>20}{'' if change == 0 else f'{change:+,f}':>20}".rstrip()


def _number(quantity: Decimal) -> str:
    return f"{quantity:,f}"


def _change(change: Change, watch: Watch, until: float) -> Iterator[str]:
    old, new = _spans(change.before, watch, until), _spans(change.after, watch, until)
    marks = ("->" if old and line is new[0] else "" for line in new)
    for number, (mark, line) in enumerate([*(("", line) for line in old), *zip(marks, new, strict=True)]):
        yield f"  {change.kind if number == 0 else '':<10}{mark:<3}{line}"


def _spans(spans: tuple[Span, ...], watch: Watch, until: float) -> list[str]:
    lines = [_words(span, watch, until) for span in spans[:MOST_SPANS]]
    if len(spans) > MOST_SPANS:
        lines.append(f"and {len(spans) - MOST_SPANS} more up to {_end(spans[-1], watch)}")
    return lines


def _words(span: Span, watch: Watch, until: float) -> str:
    reasons = f" {', '.join(span.machine_reasons)}" if span.machine_reasons else ""
    lasts = _lasting(span.lasts(until))
    return (
        f"{watch.at(span.start)} to {_end(span, watch):<10}  {span.stop_class:<9}{lasts:>10}  {span.condition}{reasons}"
    )


def _end(span: Span, watch: Watch) -> str:
    return "open" if span.end is None else watch.at(span.end)


def _lasting(seconds: float) -> str:
    """`0:04:10.5`."""
    whole, tenths = divmod(round(seconds * 10), 10)
    return f"{timedelta(seconds=whole)}.{tenths}"


def _value(value: object) -> str:
    return "none" if value is None else str(value)


def _sum(totals: dict[StopClass, Total]) -> Total:
    return Total(sum(one.count for one in totals.values()), sum(one.seconds for one in totals.values()))


def _settings(result: Result, wc_id: str) -> dict[str, tuple[Any, Any]]:
    old, new = result.before.settings, result.after.settings
    return {} if old is None or new is None else settings_changed(old, new, wc_id)


def document(result: Result) -> dict[str, Any]:
    """Everything, for programs; times in UTC."""
    until = result.until
    return {
        "from": iso(result.begun or 0.0),
        "to": iso(until),
        "time_zone": result.time_zone,
        "observations": result.observations,
        "before": result.before.name,
        "after": result.after.name,
        "not_recorded": [
            {"from": iso(seam.end), "to": None if seam.begun is None else iso(seam.begun), "why": seam.why}
            for seam in result.seams
        ],
        "work_centers": [
            {
                "wc_id": wc_id,
                "settings": {name: list(pair) for name, pair in _settings(result, wc_id).items()},
                "before": _account(result.before.accounts[wc_id], until),
                "after": _account(account, until),
                "changes": [
                    {
                        "kind": change.kind,
                        "before": [_stop(span) for span in change.before],
                        "after": [_stop(span) for span in change.after],
                    }
                    for change in changes(result.before.accounts[wc_id], account)
                ],
            }
            for wc_id, account in result.after.accounts.items()
        ],
    }


def _account(account: Account, until: float) -> dict[str, Any]:
    return {
        "stops": {
            kind: {"count": total.count, "duration_s": round(total.seconds, 3)}
            for kind, total in account.totals(until).items()
        },
        "good": {uom: str(quantity) for uom, quantity in account.good.items()},
        "scrap": {uom: str(quantity) for uom, quantity in account.scrap.items()},
        "discrepancies": [
            {"code": doubt.code, "start": iso(doubt.start), "end": iso(doubt.end)} for doubt in account.doubts
        ],
    }


def _stop(span: Span) -> dict[str, Any]:
    return {
        "stop_id": span.stop_id,
        "class": span.stop_class,
        "condition": span.condition,
        "machine_reasons": span.machine_reasons,
        "start": iso(span.start),
        "end": None if span.end is None else iso(span.end),
    }
