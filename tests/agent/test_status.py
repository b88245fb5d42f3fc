"""The present fits on one screen, and what is worst stands first."""

from __future__ import annotations

from decimal import Decimal

import pytest
import typer
from typer.testing import CliRunner

from agent.commands.status_page import page
from agent.core.machine.conditions import Condition
from agent.core.views import AgentView, AlarmView, DiscrepancyView
from agent.core.work_center_view import WorkCenterView
from tests.tui.views import CENTER, NOON, STOP, VIEW, showing

EARLIER = "2026-03-04T06:30:00.000Z"
WELL = CENTER.model_copy(update={"condition": Condition.RUNNING, "condition_since": EARLIER, "stop": None})
LONG = "what was found is long, " * 20


def named(name: str, **changes: object) -> WorkCenterView:
    return WELL.model_copy(update={"wc_id": name, **changes})


def lines(view: AgentView) -> list[str]:
    return [line.text for line in page(view)]


def everything_wrong(count: int) -> AgentView:
    """As many work centers, each with all the trouble that there is."""
    centers = [
        named(
            f"WORK-CENTER-{number:02}",
            condition=Condition.FAULTED,
            link_up=False,
            link_since=EARLIER,
            link_reason=LONG,
            readers_down=("DOOR", "TABLE"),
            stop=STOP,
            locked=True,
            qty_good=Decimal(10) ** 12,
        )
        for number in range(count)
    ]
    codes = ("certificate_ends", "parked", "journal_not_written", "storage", "mes_not_listening")
    discrepancy = DiscrepancyView(
        discrepancy_id="d-1",
        code="journal_damaged",
        wc_id=None,
        order_id=None,
        owner_role="shift_lead",
        due=EARLIER,
        status="expired",
        text=LONG,
    )
    uplink = VIEW.uplink.model_copy(
        update={
            "state": "offline",
            "waiting": 10**9,
            "oldest_age_s": 1e7,
            "parked": 7,
            "autonomy_s": 1e6,
            "detail": LONG,
        }
    )
    return showing(*centers).model_copy(
        update={
            "uplink": uplink,
            "alarms": tuple(AlarmView(code=code, since=EARLIER, text=LONG) for code in codes),
            "discrepancies": (discrepancy,),
            "open_discrepancies": 12,
            "config": VIEW.config.model_copy(update={"needs_restart": ("mes.host",) * 20}),
        }
    )


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_four_work_centers_with_all_trouble_fit_on_a_screen(count: int) -> None:
    said = lines(everything_wrong(count))
    assert len(said) <= 24
    assert max(map(len, said)) <= 80


def test_why_the_only_machine_is_away_is_readable_to_its_end() -> None:
    why = "No session with the OPC UA server at opc.tcp://192.0.2.10:4840. Its certificate is refused: it is not among "
    why += f"the trusted ones. If the server shows this fingerprint: `sudo lineside pki trust {'0f' * 32}`."
    down = named("FILL-1", link_up=False, link_since=EARLIER, link_reason=why)
    shown = lines(showing(down))
    assert max(map(len, shown)) <= 80
    assert why in " ".join(line.strip() for line in shown)


def test_twenty_work_centers_are_a_table_of_a_line_each() -> None:
    said = lines(everything_wrong(20))
    assert len(said) <= 20 + 8
    assert max(map(len, said)) <= 80
    well = lines(showing(*(named(f"WC-{number}") for number in range(20))))
    assert len(well) == 23
    assert well[2].split() == ["WORK", "CENTER", "CONDITION", "FOR", "ORDER", "GOOD", "SCRAP", "TROUBLE"]


def test_a_line_that_is_well_is_short() -> None:
    at = "2026-03-04 12:00:00 Asia/Almaty"
    assert lines(showing(named("WC-12"))) == [
        f"agent agent-a 0.1.0, {at}",
        "MES: ONLINE for 0.0 s, 0 facts waiting",
        "  last confirmation 0.0 s ago; -",
        "WC-12: RUNNING for 30 min 0 s",
        f"  order PO-1001/20, planned 2000 {WELL.uom}: good {WELL.qty_good:f}, scrap {WELL.qty_scrap:f} {WELL.uom}",
    ]


def test_what_is_worst_stands_first() -> None:
    centers = (
        named("RUNS"),
        named("IDLE", condition=Condition.IDLE),
        named("DEAF", readers_down=("DOOR",)),
        named("FAULT", condition=Condition.FAULTED),
        named("GONE", condition=Condition.UNKNOWN, link_up=False, link_since=NOON, link_reason="no answer"),
    )
    table = lines(showing(*centers))[3:]
    assert [line.split()[0] for line in table] == ["GONE", "FAULT", "IDLE", "DEAF", "RUNS"]
    alarms = [line.split()[1] for line in lines(everything_wrong(1)) if line.startswith("ALARM ")]
    assert alarms == ["journal_not_written", "certificate_ends", "parked"]
    assert "  2 more alarms: lineside status --json" in lines(everything_wrong(1))


@pytest.mark.parametrize(("seconds", "words"), [(5400.0, "1.5 h"), (99 * 3600.0, "99.0 h"), (30 * 86400.0, "30 days")])
def test_it_says_how_long_the_disk_lasts_and_what_is_parked(seconds: float, words: str) -> None:
    uplink = VIEW.uplink.model_copy(update={"autonomy_s": seconds, "parked": 2})
    said = lines(VIEW.model_copy(update={"uplink": uplink}))
    assert said[3] == f"  2 facts parked: lineside parked; the disk lasts {words} without the MES"


def test_colours_are_for_terminals_alone() -> None:
    application = typer.Typer()

    @application.command()
    def show() -> None:
        for line in page(everything_wrong(4)):
            typer.secho(line.text, fg=line.colour)

    assert "\x1b[" not in CliRunner().invoke(application).output
    assert "\x1b[31m" in CliRunner().invoke(application, color=True).output
