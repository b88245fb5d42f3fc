"""Pictures for the terminal to show."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from agent.core.machine.conditions import Condition, Mode
from agent.core.orders.order_view import OrderView
from agent.core.people.person_view import PinAskedView
from agent.core.shifts.figures import Sums
from agent.core.shifts.shift_view import FiguresView, LossView, StripView
from agent.core.shifts.time_elements import elements
from agent.core.stops.stop_view import PartView, StopView
from agent.core.views import API_VERSION, AgentView, CodeView, ConfigView, UplinkView
from agent.core.work_center_view import AskedView, EventView, WorkCenterView

NOON = "2026-03-04T07:00:00.000Z"
"""Noon in Almaty."""

ORDER = OrderView(
    order_id="PO-1001",
    op_no="20",
    item_id="HOUSING-01",
    description="Housing, assembled",
    status="in_progress",
    release_status="released",
    qty_planned=Decimal(2000),
    qty_good=Decimal("1240.000"),
    qty_scrap=Decimal(8),
    uom="pcs",
)
NEXT = ORDER.model_copy(update={"order_id": "PO-1002", "status": "waiting", "qty_good": Decimal(0)})
UNRELEASED = NEXT.model_copy(update={"order_id": "PO-1003", "release_status": "planned"})

STOP = StopView(
    stop_id="stop-7",
    stop_class="down",
    condition=Condition.FAULTED,
    start="2026-03-04T06:51:10.000Z",
    reason_code=None,
    reason_wanted=True,
    segment_id="s-1.1",
    inherited=False,
    suggested_reason=None,
    parts=(
        PartView(
            segment_id="s-1.1",
            segment_class="down",
            since="2026-03-04T06:51:10.000Z",
            until=None,
            reason_code=None,
            inherited=False,
            comment="",
        ),
    ),
)

REASONS = tuple(
    CodeView(code=code, text={"en": english, "ru": russian, "kk": kazakh})
    for code, english, russian, kazakh in [
        ("JAM", "Jam in the feeder", "Затор в питателе", "Қоректендіргіштегі кептеліс"),
        ("TECH", "Waiting for a technician", "Ожидание наладчика", "Баптаушыны күту"),
        ("MAT", "No material", "Нет материала", "Материал жоқ"),
        ("TOOL", "Tool worn or broken", "Износ или поломка инструмента", "Құрал тозған не сынған"),
        ("QC", "Waiting for quality control", "Ожидание контроля качества", "Сапа бақылауын күту"),
        ("SETUP", "Setup or changeover", "Наладка или переналадка", "Баптау не қайта баптау"),
        ("CLEAN", "Cleaning", "Уборка", "Тазалау"),
        ("POWER", "Power or compressed air", "Электричество или сжатый воздух", "Электр не сығылған ауа"),
        ("CREW", "Crew not complete", "Неполная бригада", "Бригада толық емес"),
    ]
)

SHIFT = FiguresView(
    qty_good=Decimal(1234),
    qty_scrap=Decimal(17),
    elements=elements(
        Sums(run=20_000.0, delay=4_000.0, setup=1_000.0, good=Decimal(1234), scrap=Decimal(17), ideal=18_765.0)
    ),
)
CENTER = WorkCenterView(
    wc_id="WC-12",
    link_up=True,
    link_since="2026-03-04T01:00:00.000Z",
    link_reason="",
    last_good=NOON,
    condition=Condition.RUNNING,
    condition_since="2026-03-04T06:47:33.000Z",
    mode=Mode.PRODUCTION,
    order=ORDER,
    orders=(NEXT, UNRELEASED),
    qty_good=Decimal(1240),
    qty_scrap=Decimal(8),
    scrap_uncoded=Decimal(3),
    setup_parts=Decimal(0),
    uom="pcs",
    stop=None,
    lots=("P-001", "CABLE-77"),
    last_serial="SN000123",
    last_scan=None,
    events=tuple(
        EventView(time=f"2026-03-04T06:5{9 - minute}:12.000Z", type=kind, text=text)
        for minute, (kind, text) in enumerate(
            [
                ("genealogy.linked", "SN000123"),
                ("scrap.recorded", "1 EA"),
                ("lot.loaded", "CABLE-77"),
                ("stop.closed", "JAM 95 s"),
                ("operation.started", "PO-1001"),
            ]
        )
    ),
    closed_stops=(),
    uncoded=0,
    uncoded_s=Decimal(0),
    setting_up=False,
    shift=None,
    shift_figures=None,
    order_figures=None,
)
STRIP = StripView(
    since="2026-03-04T02:00:00.000Z",
    cell_s=180.0,
    cells="C" * 6
    + "R" * 20
    + "F" * 3
    + "R" * 22
    + "P" * 10
    + "R" * 8
    + "S" * 4
    + "R" * 20
    + "U" * 2
    + "I" * 2
    + "R" * 4,
    good_s=900.0,
    good=tuple(
        map(Decimal, (0, 20, 110, 126, 130, 90, 130, 128, 120, 0, 40, 128, 131, 80, 132, 125, 126, 101, 88, 70))
    ),
)
"""Five hours and a few minutes of a shift that began at seven."""
LOSSES = tuple(
    LossView(reason_code=code, count=count, seconds=seconds)
    for code, count, seconds in (("JAM", 7, 2711.0), ("TOOL", 1, 1900.0), ("UNCODED", 2, 600.0), ("MAT", 1, 420.0))
)
IN_SHIFT = CENTER.model_copy(
    update={
        "strip": STRIP,
        "norm_per_hour": Decimal(500),
        "shift_end": "2026-03-04T10:00:00.000Z",
        "losses": LOSSES,
        "shift_figures": SHIFT,
        "uncoded": 2,
    }
)
"""With everything that pictures are made of."""
STOPPED = CENTER.model_copy(update={"condition": Condition.FAULTED, "condition_since": STOP.start, "stop": STOP})
LOCKED = STOPPED.model_copy(update={"locked": True})
PIN_ASKED = CENTER.model_copy(update={"locked": True, "pin_asked": PinAskedView(operator_id="OP-7", name="Asel")})
ASKED = AskedView(
    question="Finish order PO-1001? Scan OK or CANCEL.",
    pattern="Finish order {order}? Scan OK or CANCEL.",
    values={"order": "PO-1001"},
    until="2026-03-04T07:00:30.000Z",
)
ASKING = CENTER.model_copy(update={"asked": ASKED})
OTHER = CENTER.model_copy(update={"wc_id": "WC-13", "order": None})

VIEW = AgentView(
    api_version=API_VERSION,
    version="0.1.0",
    agent_id="agent-a",
    site="ala1",
    instance="i-1",
    epoch="e-1",
    execution_mode="production",
    plant_time=NOON,
    speed=1.0,
    time_zone="Asia/Almaty",
    config=ConfigView(path="/etc/lineside/lineside.toml", hash="0" * 64, loaded_at=NOON, needs_restart=()),
    uplink=UplinkView(
        state="online",
        since=NOON,
        waiting=0,
        oldest_age_s=None,
        autonomy_s=None,
        parked=0,
        last_ack=NOON,
        detail="",
    ),
    alarms=(),
    reasons=REASONS,
    work_centers=(CENTER,),
)


def showing(center: WorkCenterView, *others: WorkCenterView) -> AgentView:
    """The agent with these work centers."""
    return VIEW.model_copy(update={"work_centers": (center, *others)})


def zone(view: AgentView) -> ZoneInfo:
    """The plant's time zone."""
    return ZoneInfo(view.time_zone)
