"""What the MES asks for, and what both sides add up."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from agent.core.observations import Directive, Reckoned
from agent.core.reconciliation.amendments import Amendments
from agent.core.reconciliation.reckoning import EVERYTHING, Reckoning, Scope
from agent.core.reconciliation.wanted import DigestScope, Wanted
from tests.core.build import T0
from tests.core.floor_entries import Words
from tests.core.floor_oracle import Json, Oracle
from tests.core.floor_plan import CENTERS
from tests.core.floor_sums import made_in
from tests.core.floor_world import EPOCH, World

RESOLUTIONS = ("accepted", "corrected", "ignore", "released", "known", "agreed")
DAYS = ("2026-03-04", "2026-03-05")


def command_of(world: World, oracle: Oracle, name: str) -> SearchStrategy[Json]:
    """The fields of a command, beside those that all have."""
    words = [Words(world, oracle, wc_id) for wc_id in CENTERS]
    match name:
        case "resolve":
            return st.builds(
                lambda key, resolution: (
                    {"discrepancy_id": key, "action": "resolve", "resolution": resolution}
                    if resolution
                    else {"discrepancy_id": key, "action": "acknowledge"}
                ),
                words[0].of("discrepancy_id"),
                st.sampled_from([*RESOLUTIONS, None]),
            )
        case "settle":
            return st.fixed_dictionaries(
                {"movement_id": words[0].of("movement_id"), "state": st.sampled_from(["confirmed", "rejected"])}
            )
        case "correct":
            return st.builds(
                lambda target, said, action: {
                    **target,
                    "target_sequence": int(target["target_sequence"]),
                    "epoch": EPOCH.name,
                    "action": action,
                    "set": {} if action == "void" else json.loads(said),
                },
                st.one_of(*(one.targets() for one in words)),
                words[0].of("set"),
                st.sampled_from(["void", "replace", "amend"]),
            )
        case "reconcile":
            days = st.sampled_from(DAYS)
            shifts = st.sampled_from(["early", "late", None])
            centers = st.sampled_from([*CENTERS, "NOWHERE"])
            return st.fixed_dictionaries({"wc_id": centers, "business_date": days, "shift_id": shifts})
        case "message":
            return st.just({"text": "Hello."})
        case _:
            return st.just({})


def reconcile(world: World, oracle: Oracle, rev: str, *, agrees: bool) -> None:
    """Make the digests that are wanted; then compare figures of a shift, which agree or are those of nothing."""
    world.commit()
    for wanted in world.durable.desk.state.agenda.wanted:
        found = added_up(world, wanted)
        if wanted.scope == "shift":
            assert found.chain.facts == wanted.facts, f"{wanted} and the journal has {found.chain.facts}"
        tell(world, found, wanted.scope, wanted.wc_id, wanted.key)
        world.commit()
    for fact in world.facts[len(oracle.told) :]:
        oracle.take(fact)
    for wc_id in CENTERS:
        found = of_scope(world, wc_id, Scope("early", DAYS[0]))
        check_sums(oracle, found, wc_id, Scope("early", DAYS[0]))
        compare(world, found, wc_id, rev, agrees=agrees)


def compare(world: World, found: Reckoning, wc_id: str, rev: str, *, agrees: bool) -> None:
    """The MES's figures of the early shift: ours, or none of any order."""
    key, rows = f"{DAYS[0]}/early", []
    if agrees:
        for row in found.rows(200):
            said = row.model_dump(mode="json", include={"order_id", "op_no", "lot_id", "qty_good", "qty_scrap"})
            rows.append(said)
    payload = {"rev": rev, "business_date": DAYS[0], "shift_id": "early", "rows": rows}
    world.tell(Directive(wc_id, f"figures/{key}", json.dumps(payload).encode(), world.instant))
    world.commit()
    tell(world, found, "figures", wc_id, key, rev)


def added_up(world: World, wanted: Wanted) -> Reckoning:
    """As the journal is added up for a digest."""
    if wanted.scope != "shift":
        return of_scope(world, wanted.wc_id, Scope(wanted.shift_id, wanted.business_date))
    ids = [str(fact.id) for fact in world.facts]
    last = ids.index(wanted.key)
    first = last if wanted.first_id is None else ids.index(wanted.first_id)
    rows = [row for row in world.rows if row.wc_id == wanted.wc_id]
    amendments = Amendments()
    for row in rows:
        if row.sequence <= last:
            amendments.take(row)
    reckoning = Reckoning(amendments, EVERYTHING)
    reckoning.take(row for row in rows if first < row.sequence <= last)
    return reckoning


def of_scope(world: World, wc_id: str, scope: Scope) -> Reckoning:
    """All facts of a work center in a scope."""
    rows, amendments = [row for row in world.rows if row.wc_id == wc_id], Amendments()
    for row in rows:
        amendments.take(row)
    reckoning = Reckoning(amendments, scope)
    reckoning.take(rows)
    return reckoning


def tell(
    world: World, found: Reckoning, scope: DigestScope | Literal["figures"], wc_id: str, key: str, rev: str = ""
) -> None:
    """As the agent's own reconciler does."""
    instant = world.instant
    at = found.first_time or world.rows[-1].recordedtime
    world.tell(
        Reckoned(
            wc_id=None,
            center=wc_id,
            scope=scope,
            key=key,
            rev=rev,
            start=at,
            end=found.last_time or at,
            ranges=tuple(found.ranges.values()),
            facts=found.chain.facts,
            by_type=dict(sorted(found.types.items())),
            rows=found.rows(),
            ids_chain=found.chain.value,
            complete=True,
            observed=instant,
            client_id=f"reckoned-{scope}-{wc_id}-{key}-{rev}-{int((T0 + world.now) * 1000)}",
        )
    )


def check_sums(oracle: Oracle, found: Reckoning, wc_id: str, scope: Scope) -> None:
    """The quantities that are added up are those of the facts, whatever corrected or attached them."""
    told = made_in(oracle, wc_id, scope)
    sums: dict[tuple[str | None, str | None], list[Decimal]] = {}
    for row in found.rows(1000):
        one = sums.setdefault((row.order_id, row.op_no), [Decimal(0)] * 3)
        for number, name in enumerate(("qty_good", "qty_scrap", "qty_rework")):
            one[number] += getattr(row, name)
    assert {key: one for key, one in sums.items() if any(one)} == {key: one for key, one in told.items() if any(one)}
