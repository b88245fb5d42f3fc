"""What a run came to, for people: facts by type, plan against fact, truth against MES, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulators.demo.checks import Check
from simulators.demo.evidence import Evidence
from simulators.mes.report import print_table
from simulators.truth import summarize


def print_result(evidence: Evidence, checks: Sequence[Check], console: Console) -> None:
    """All tables, the verdict last."""
    print_table(evidence.report, console)
    console.print(_delivery(evidence))
    console.print(_truth(evidence))
    if held := evidence.supervisor.held_up:
        seconds = sum(span.seconds for span in held) / evidence.tolerances.speed
        console.print(
            f"This PC was busy and held the demonstration up at {len(held)} moments, {seconds:.1f} s in all: "
            "a stop that began or ended at one of them counts as seen in part."
        )
    print_verdict(checks, console)


def print_verdict(
    checks: Sequence[Check], console: Console, meaning: str = "every fact is at the MES exactly once"
) -> None:
    """Every check, and what they come to where all agree."""
    console.print(_verdict(checks))
    wrong = sum(not check.ok for check in checks)
    if wrong:
        console.print(Text(f"✗ {wrong} of {len(checks)} checks do not agree.", style="bold red"))
    else:
        console.print(Text(f"✓ All {len(checks)} checks agree: {meaning}.", "bold green"))


def _table(title: str, *, show_footer: bool = False) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_footer=show_footer)


def _delivery(evidence: Evidence) -> Table:
    report = evidence.report
    table = _table("From the journal to the MES", show_footer=True)
    sent, received = sum(evidence.sent.values()), sum(report.facts.values())
    table.add_column("Fact type", footer="all")
    table.add_column("Sent", footer=f"{sent:,}", justify="right")
    table.add_column("Received", footer=f"{received:,}", justify="right")
    for name in sorted({*evidence.sent, *report.facts}):
        table.add_row(name, f"{evidence.sent.get(name, 0):,}", f"{report.facts.get(name, 0):,}")
    gaps = sum(gap.last - gap.first + 1 for gaps in report.gaps.values() for gap in gaps)
    table.caption = f"{report.duplicates_removed:,} repetitions removed by the MES, {gaps:,} facts missing"
    table.caption_justify = "left"
    return table


def _truth(evidence: Evidence) -> Table:
    table = _table("What the machines truly did against what the MES counted")
    table.add_column("Machine")
    for name in ("Good", "at the MES", "Scrap", "at the MES", "Stops", "at the MES"):
        table.add_column(name, justify="right")
    for wc, watched in evidence.supervisor.watched.items():
        truth = summarize(evidence.truth, wc, until=watched.end)
        claim = evidence.report.work_centers[wc]
        cells = (truth.good, claim.good, truth.scrap, claim.scrap, len(truth.stops), len(claim.stops))
        table.add_row(wc, *(f"{cell:,f}" if not isinstance(cell, int) else f"{cell:,}" for cell in cells))
    return table


def _verdict(checks: Sequence[Check]) -> Table:
    table = _table("Verdict")
    table.add_column("")
    table.add_column("Check")
    table.add_column("Expected", justify="right")
    table.add_column("Found", justify="right")
    table.add_column("Note", overflow="fold")
    for check in checks:
        mark = Text("✓", style="green") if check.ok else Text("✗", style="bold red")
        table.add_row(mark, check.name, check.expected, check.found, Text(check.note, style="dim"))
    return table
