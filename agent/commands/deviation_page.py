"""Plan against fact of an order, with the reasons, on one page (requirement 100)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from agent.commands.columns import aligned, number, words
from agent.core.facts import FINAL
from agent.core.reconciliation.deviation_view import DeviationReport, OpenView, OperationView, OverView, ScrapView

MOST_SERIALS = 8


class Section(NamedTuple):
    """What is told under one title."""

    title: str
    lines: Sequence[Sequence[str]]
    right: tuple[int, ...] = ()


def page(report: DeviationReport) -> list[str]:
    """The report as lines."""
    since = instant(report.since)
    lines = [f"PLAN AGAINST FACT: order {report.order_id}, facts since {since}"]
    for one in report.operations:
        lines += ["", *_operation(one)]
    return [*lines, "", *_discrepancies(report)]


def instant(text: str) -> str:
    """`2026-03-04T05:17:42.120Z` → `2026-03-04 05:17Z`."""
    return f"{text[:10]} {text[11:16]}Z"


def lasted(seconds: Decimal | None) -> str:
    """Hours, minutes and seconds."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds.to_integral_value()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _operation(one: OperationView) -> list[str]:
    status = "begun earlier" if one.status is None else words(one.status)
    lines = [f"  operation {one.op_no or '-'}, {one.item_id or 'unknown item'}: {status}"]
    sections = (
        Section("quantities", list(_quantities(one)), (1,)),
        Section("scrap by defect", [_scrap(scrap) for scrap in one.scrapped], (1,)),
        Section("times in h:mm:ss", list(_times(one)), (1, 2, 3)),
        Section("material", list(_materials(one)), (2, 3, 4)),
        Section("over the norm", [_over(over) for over in one.over], (0,)),
        Section("deviations", list(_deviations(one))),
        Section("interruptions", list(_interruptions(one))),
        Section("stops", list(_stops(one)), (2, 3)),
        Section("checks skipped", list(_skipped(one))),
    )
    for section in sections:
        if section.lines:
            lines += _section(section, "    ")
    empty = [section.title for section in sections if not section.lines]
    return [*lines, f"    none: {', '.join(empty)}"] if empty else lines


def _section(section: Section, indent: str) -> list[str]:
    return [f"{indent}{section.title}", *aligned(section.lines, section.right, f"{indent}  ")]


def _quantities(one: OperationView) -> Iterator[tuple[str, ...]]:
    uom = one.uom or ""
    yield "planned", number(one.planned), uom
    total = one.good + one.scrap + one.rework
    yield "good", number(one.good), uom, _against(one.planned, one.good)
    yield "scrap", number(one.scrap), uom
    yield "rework", number(one.rework), uom, "still open" if one.rework else ""
    yield "total", number(total), uom


def _scrap(one: ScrapView) -> tuple[str, str]:
    return one.defect_code or "no code yet", number(one.qty)


def _against(planned: Decimal | None, good: Decimal) -> str:
    if planned is None:
        return ""
    return "as planned" if good == planned else f"{good - planned:+f} against the plan"


def _times(one: OperationView) -> Iterator[tuple[str, ...]]:
    times = one.times
    if times is None and not one.labor_s:
        return
    yield "", "norm", "actual", "more"
    if times is not None:
        yield "run", lasted(times.norm_run_s), lasted(times.run_s), _more(times.norm_run_s, times.run_s)
        yield "setup", lasted(times.norm_setup_s), lasted(times.setup_s), _more(times.norm_setup_s, times.setup_s)
    norm = None if times is None else times.norm_labor_s
    yield "labor", lasted(norm), lasted(one.labor_s), _more(norm, one.labor_s)
    if times is not None:
        as_of = "" if one.status in FINAL else f"as of {instant(times.as_of)}"
        yield "delay", "", lasted(times.delay_s), "", as_of


def _more(norm: Decimal | None, actual: Decimal) -> str:
    if norm is None:
        return ""
    sign = "-" if actual < norm else "+"
    return f"{sign}{lasted(abs(actual - norm))}"


def _materials(one: OperationView) -> Iterator[tuple[str, ...]]:
    if one.materials:
        yield "item", "", "norm", "used", "over"
    for used in one.materials:
        stands_for = "" if used.substitute_for is None else f"in place of {used.substitute_for}"
        over = number(used.over) if used.over else ""
        yield used.item_id or "-", used.uom, number(used.norm), number(used.used), over, stands_for


def _over(one: OverView) -> tuple[str, ...]:
    into = "" if not one.serials else f"in {names(one.serials)}"
    return number(one.qty), one.uom, one.item_id or "-", f"lot {one.lot_id or '-'}", one.reason or "no reason", into


def names(known: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(known) - MOST_SERIALS
    return ", ".join(known[:MOST_SERIALS]) + (f" and {more} more" if more > 0 else "")


def _deviations(one: OperationView) -> Iterator[tuple[str, ...]]:
    for found in one.deviations:
        why = found.reason or "no reason"
        said = f'"{found.comment}"' if found.comment else ""
        rule = f"overrode {found.rule}" if found.rule else ""
        more = " ".join(part for part in (rule, said, found.actor or "") if part)
        yield (
            words(found.kind),
            f"{found.expected} -> {found.actual}",
            why,
            f"{found.times} x",
            instant(found.first),
            more,
        )


def _interruptions(one: OperationView) -> Iterator[tuple[str, ...]]:
    for found in one.interruptions:
        said = f'"{found.comment}"' if found.comment else ""
        yield words(found.status), found.reason or "no reason", f"{found.times} x", instant(found.first), said


def _stops(one: OperationView) -> Iterator[tuple[str, ...]]:
    for stop in one.stops:
        still = "still open" if stop.still_open else ""
        yield stop.stop_class, stop.reason or "no reason", f"{stop.stops} x", lasted(stop.seconds), still


def _skipped(one: OperationView) -> Iterator[tuple[str, ...]]:
    for check in one.skipped:
        said = f'"{check.comment}"' if check.comment else ""
        mandatory = "mandatory" if check.mandatory else ""
        yield f"{check.samples} x", check.check_id, mandatory, check.reason, check.actor or "", said


def _discrepancies(report: DeviationReport) -> Iterator[str]:
    if not report.open_discrepancies:
        yield "  open discrepancies: none"
        return
    yield "  open discrepancies"
    rows = aligned([_discrepancy(one) for one in report.open_discrepancies], indent="    ")
    for row, one in zip(rows, report.open_discrepancies, strict=True):
        yield row
        yield "        " + ", ".join(f"{words(name)} {value}" for name, value in one.evidence.items() if value)


def _discrepancy(one: OpenView) -> tuple[str, ...]:
    due = "OVERDUE since" if one.status == "expired" else "due"
    place = f"op {one.op_no or '-'}"
    return words(one.code), place, f"for the {words(one.owner_role)}", f"{due} {instant(one.due)}", one.status
