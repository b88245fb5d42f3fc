from __future__ import annotations

from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from agent.core.directories.orders import ReleaseStatus
from agent.core.facts import FACT_TYPES, CallRole, CheckResult, NcDisposition, OperationStatus, QuantityCategory
from agent.core.happenings import NOT_SHOWN
from agent.core.observations import EntryRole
from agent.core.orders.against_plan import VERSIONS
from agent.core.shifts.figures import Sums
from agent.core.shifts.time_elements import elements
from agent.core.work_center_view import EventView
from agent.tui.pages import shift_line
from agent.tui.texts import LANGUAGES, Language
from agent.tui.wording import EVENTS, SYSTEM_REASONS, Wording
from tests.tui.catalogues import words as catalogue
from tests.tui.views import CENTER, SHIFT

EVENT = EventView(time="2026-03-04T05:17:42.120Z", type="stop.closed", text="J-12")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "10:17:42  Stop over  J-12"),
        ("ru", "10:17:42  Остановка закончена  J-12"),
        ("kk", "10:17:42  Тоқтау аяқталды  J-12"),
    ],
)
def test_an_event_is_told_in_the_operators_language_and_the_plants_time(language: Language, told: str) -> None:
    assert Wording(language, ZoneInfo("Asia/Almaty")).event(EVENT) == told


def test_an_event_of_a_newer_agent_keeps_its_own_name() -> None:
    event = EVENT.model_copy(update={"type": "energy.recorded"})
    assert Wording("en", ZoneInfo("UTC")).event(event) == "05:17:42  energy.recorded  J-12"


def test_every_fact_of_a_work_center_that_is_shown_has_a_name() -> None:
    about_the_agent = {fact.TYPE for fact in FACT_TYPES if fact.TYPE.startswith("agent.")}
    about_the_agent |= {"storage.low", "clock.stepped", "detail.shed", "fact.withheld", "reconciliation.digest"}
    assert {fact.TYPE for fact in FACT_TYPES} - NOT_SHOWN - about_the_agent == set(EVENTS)


def test_every_kind_of_fact_and_reason_has_its_name_in_the_catalogue() -> None:
    assert {*EVENTS.values(), *SYSTEM_REASONS.values()} - {
        text for context, text in catalogue("ru") if context is None
    } == set()


def test_there_are_three_languages() -> None:
    assert get_args(Language) == ("en", "ru", "kk")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agents_own_reasons_have_a_name_in_each_language(language: Language) -> None:
    words = Wording(language, ZoneInfo("UTC"))
    names = [words.reason(code, ()) for code in SYSTEM_REASONS]
    assert not set(names) & set(SYSTEM_REASONS)
    assert len(set(names)) == len(names)


def test_the_shift_so_far_is_one_line_and_says_what_is_not_explained() -> None:
    words = Wording("en", ZoneInfo("UTC"))
    assert shift_line(CENTER, words) == ""
    nothing_made = SHIFT.model_copy(update={"elements": elements(Sums(delay=60.0))})
    assert shift_line(CENTER.model_copy(update={"shift_figures": nothing_made}), words) == ""
    center = CENTER.model_copy(update={"shift_figures": SHIFT, "uncoded": 2})
    line = "Shift so far: OEE 74 % = 80 × 94 × 99 (indicative)   Not explained: 2"
    assert shift_line(center, words) == line


@pytest.mark.parametrize(
    ("pattern", "values", "said"),
    [
        (
            "Order {order_id} is {status}, not released. Ask the planner to release it.",
            {"order_id": "PO-1", "status": "planned"},
            "Заказ PO-1 не выпущен, его статус: запланирован. Попросите плановика выпустить его.",
        ),
        (
            "Only {roles} may do this. Call one to sign on here.",
            {"roles": "supervisor or quality"},
            "Это разрешено только роли: мастер, ОТК. Позовите такого сотрудника войти здесь.",
        ),
        (
            "Take back what you said last ({fact})? Scan OK or CANCEL.",
            {"fact": "lot.loaded"},
            "Отменить вашу последнюю запись (Партия загружена)? Сканируйте OK или CANCEL.",
        ),
        ("Lot {lot_id} loaded.", {"lot_id": "planned or scrap"}, "Партия planned or scrap загружена."),
        (
            "Lot {lot_id} loaded.\nReason {code} taken.",
            {"lot_id": "P-1", "code": "JAM"},
            "Партия P-1 загружена. Причина принята: JAM.",
        ),
        ("Lot {lot_id} loaded.\nRobot fed.", {"lot_id": "P-1"}, "in English"),
        ("", {}, "in English"),
    ],
)
def test_an_answer_is_said_with_its_values_and_only_our_own_words_among_them_are_translated(
    pattern: str, values: dict[str, str], said: str
) -> None:
    assert Wording("ru", ZoneInfo("UTC")).answer(pattern, values, "in English") == said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("status", {*get_args(ReleaseStatus), *get_args(OperationStatus)}),
        ("roles", set(get_args(EntryRole))),
        ("role", set(get_args(CallRole))),
        ("category", set(get_args(QuantityCategory))),
        ("disposition", {word.replace("_", " ") for word in get_args(NcDisposition)}),
        ("result", set(get_args(CheckResult))),
        ("document", {kind.removesuffix("_version") for kind in VERSIONS}),
    ],
)
def test_our_own_words_are_all_there(name: str, words: set[str]) -> None:
    assert {word for context, word in catalogue("ru") if context == name} == words
