"""What most histories of a machine begin with and are compared to."""

from decimal import Decimal

from agent.core.facts import (
    ConditionChanged,
    Counter,
    Fact,
    Interval,
    Keys,
    LinkLost,
    LinkRestored,
    OutputRecorded,
)
from agent.core.machine.conditions import Condition
from tests.core.build import (
    EXECUTE,
    IDLE,
    T0,
    WC,
    Story,
    a_story,
    alive,
    clock,
    quality,
    read,
    watched,
)

RUNNING, STANDING, UNKNOWN = Condition.RUNNING, Condition.IDLE, Condition.UNKNOWN


def output(good: int, cum: int, raws: tuple[int, int], span: tuple[float, float], **more: object) -> OutputRecorded:
    fields: dict[str, object] = {
        "keys": Keys(wc_id=WC),
        "quality": quality(),
        "qty_good": Decimal(good),
        "uom": "EA",
        "cum_good": Decimal(cum),
        "cum_good_shift": Decimal(cum),
        "counter": Counter(name="total", counter_run=1, raw_from=raws[0], raw_to=raws[1]),
        "interval": Interval(start=clock(span[0]), end=clock(span[1])),
        "lots_in": (),
    }
    return OutputRecorded.model_validate({**fields, **more})


def link(change: type[LinkLost | LinkRestored], detail: str = "") -> LinkLost | LinkRestored:
    return change(keys=Keys(wc_id=WC), quality=quality(origin="rule"), device="plc", detail=detail)


def a_running_machine() -> Story:
    """Runs since 0, its counter at 100, watched up to 20."""
    return a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 20.0))


def a_stopped_machine() -> Story:
    """As above, but standing since 10, the stop confirmed."""
    story = a_story(*watched(packml_state=EXECUTE, total=100), *alive(0.0, 9.0))
    story.hear(read(10.0, packml_state=IDLE), *alive(10.0, 20.0))
    return story


def changes(facts: list[Fact]) -> list[tuple[float, Condition, Condition]]:
    return [
        (round(fact.time - T0, 3), fact.data.from_condition, fact.data.to_condition)
        for fact in facts
        if isinstance(fact.data, ConditionChanged)
    ]
