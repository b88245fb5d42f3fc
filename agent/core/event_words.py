"""What tells one fact of its kind from another, in a few characters and no language: for the last lines people see."""

from __future__ import annotations

from functools import singledispatch

from agent.core.facts import (
    CallAnswered,
    CallRaised,
    ConditionCorrected,
    DiscrepancyRaised,
    DiscrepancyResolved,
    FactData,
    GenealogyLinked,
    HoldPlaced,
    HoldReleased,
    LaborSignedOff,
    LaborSignedOn,
    NcDispositioned,
    NcRaised,
    QualityChecked,
    QualityCheckSkipped,
    QuantityAdjusted,
    ReworkRecorded,
    ScanRefused,
    ScrapRecorded,
    ShiftHandover,
    ShiftHandoverAcknowledged,
    ShiftNoteClosed,
    ShiftNoteRecorded,
    SignalContradiction,
    SpeedReduced,
    StopData,
    StopReasonSet,
)
from agent.core.times import epoch

SHOWN_CHARACTERS = 80


def words_of(data: FactData) -> str:
    """The words of a fact, cut to what a line holds."""
    return _words(data)[:SHOWN_CHARACTERS]


@singledispatch
def _words(data: FactData) -> str:
    return data.keys.serial or data.keys.lot_id or data.keys.order_id or ""


@_words.register
def _(data: StopData) -> str:
    lasted = "" if data.duration_s is None else f" {data.duration_s:.0f} s"
    return f"{data.condition if data.reason is None else data.reason.code}{lasted}"


@_words.register
def _(data: StopReasonSet) -> str:
    return data.reason.code


@_words.register
def _(data: ScrapRecorded) -> str:
    coded = "" if data.defect_code is None else f" {data.defect_code}"
    return f"{data.qty_scrap + data.pool_coded_qty} {data.uom}{coded}"


@_words.register
def _(data: SignalContradiction) -> str:
    return data.kind.replace("_", " ")


@_words.register
def _(data: ConditionCorrected) -> str:
    return f"{epoch(data.end) - epoch(data.start):.0f} s"


@_words.register
def _(data: SpeedReduced) -> str:
    return f"{data.actual_cycle_s} s"


@_words.register
def _(data: ReworkRecorded) -> str:
    return f"{data.qty_rework} {data.uom}"


@_words.register
def _(data: QuantityAdjusted) -> str:
    return f"{data.category} {data.delta:+f} {data.uom}"


@_words.register
def _(data: ScanRefused) -> str:
    return f"{data.refusal_code} {data.text}"


@_words.register(DiscrepancyRaised | DiscrepancyResolved)
def _(data: DiscrepancyRaised | DiscrepancyResolved) -> str:
    return data.code


@_words.register(LaborSignedOn | LaborSignedOff)
def _(data: LaborSignedOn | LaborSignedOff) -> str:
    return data.operator_id


@_words.register
def _(data: QualityChecked) -> str:
    value = "" if data.value is None else f" {data.value} {data.uom}"
    return f"{data.check_id}{value} {data.result}"


@_words.register
def _(data: QualityCheckSkipped) -> str:
    return f"{data.check_id} {data.reason.code}"


@_words.register(HoldPlaced | HoldReleased)
def _(data: HoldPlaced | HoldReleased) -> str:
    return f"{data.target} {data.target_id}"


@_words.register
def _(data: NcRaised) -> str:
    return f"{data.serial or data.lot_id or f'{data.qty} {data.uom}'} {data.defect_code}"


@_words.register
def _(data: NcDispositioned) -> str:
    return f"{data.serial or data.lot_id or f'{data.qty} {data.uom}'} {data.disposition}"


@_words.register
def _(data: GenealogyLinked) -> str:
    return data.parent_serial or data.parent_lot or ""


@_words.register(CallRaised | CallAnswered)
def _(data: CallRaised | CallAnswered) -> str:
    return data.role


@_words.register(ShiftNoteRecorded | ShiftNoteClosed)
def _(data: ShiftNoteRecorded | ShiftNoteClosed) -> str:
    return data.text


@_words.register(ShiftHandover | ShiftHandoverAcknowledged)
def _(data: ShiftHandover | ShiftHandoverAcknowledged) -> str:
    return data.actor
