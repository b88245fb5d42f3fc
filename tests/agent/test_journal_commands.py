"""`lineside parked`, `export` and `recover`: the journal in people's hands."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from agent.commands.main import application
from agent.core.discrepancies.discrepancies import Discrepancy
from agent.core.facts import AgentStopping, Fact, Keys
from agent.journal.journal import Journal, open_journal
from agent.journal.opening import FILE_NAME
from agent.journal.rescue import DAMAGED
from agent.journal.standins import Parked
from agent.journal.store import Commit
from tests.agent.happenings import QUALITY, facts
from tests.agent.parts import Running, an_intake
from tests.agent.processes import ROOT, a_free_port, configuration
from tests.agent.test_command_line import Answer, lineside, names, written
from tests.agent.test_local_api import served
from tests.journal.test_standins import DAMAGES, damage

DAY = 86_400
START = 1_772_582_400
"""2026-03-04T00:00:00Z."""
WHY = Discrepancy("rejected_by_mes", 2.0, 2.0, {})


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path, configuration(tmp_path, None, a_free_port()))


def fact(number: int, *, time: float = START, **keys: str) -> Fact:
    data = AgentStopping(keys=Keys(**keys), quality=QUALITY, instance=f'"{number}", Ж\n')
    return Fact(UUID(int=number), data, time, time, f"test:{number}")


async def park(journal: Journal, position: int, reason: str, *, withheld: bool) -> None:
    parked = Parked(position, reason, f"why {position}", "1970-01-01T00:00:02.000Z", withheld, None)
    await journal.parking.put(parked, f"key-{position}", WHY)


def lines(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.out.splitlines()]


@asynccontextmanager
async def an_agent_with_parked_facts(folder: Path) -> AsyncIterator[Running]:
    async with an_intake(folder, writing=False) as running:
        await running.journal.commit(facts(1, 5, wc_id="PRESS-1"), 1.0)
        await park(running.journal, 2, "rejected", withheld=False)
        await park(running.journal, 4, "too_large", withheld=True)
        async with served(folder, running, folder / "agent.sock"):
            yield running


async def test_parked_facts_are_listed(tmp_path: Path, config: Path) -> None:
    async with an_agent_with_parked_facts(tmp_path):
        plain, structured = await asyncio.gather(
            lineside("parked", "-c", config), lineside("parked", "-c", config, "--json")
        )
    assert [line.split()[:5] for line in plain.out.splitlines()] == [
        ["e1:2", "since", "1970-01-01T00:00:02.000Z", "agent.stopping", "rejected:"],
        ["e1:4", "since", "1970-01-01T00:00:02.000Z", "agent.stopping", "too_large:"],
    ]
    assert [(row["sequence"], row["withheld"], row["event"]["dedupkey"]) for row in lines(structured)] == [
        (2, False, "test:2"),
        (4, True, "test:4"),
    ]


async def test_parked_facts_are_exported_as_events(tmp_path: Path, config: Path) -> None:
    async with an_agent_with_parked_facts(tmp_path):
        answer = await lineside("parked", "-c", config, "--export", tmp_path / "out.jsonl")
    assert "2 of 2 parked facts were written" in answer.out
    events = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(event["sequence"], event["id"]) for event in events] == [
        ("00000000000000000002", str(UUID(int=2))),
        ("00000000000000000004", str(UUID(int=4))),
    ]


@pytest.mark.parametrize(
    ("names", "asked"), [(["4"], [4]), (["e1:2"], [2]), (["2", "e1:4"], [2, 4]), (["all"], [2, 4])]
)
async def test_parked_facts_are_asked_for_again(
    tmp_path: Path, config: Path, names: list[str], asked: list[int]
) -> None:
    options = [part for name in names for part in ("--retry", name)]
    async with an_agent_with_parked_facts(tmp_path) as running:
        running.journal.parking.changed.clear()
        answer = await lineside("parked", "-c", config, *options)
        assert (answer.status, answer.err) == (0, "")
        assert answer.out.startswith(f"{len(asked)} parked facts are sent again")
        rows = await running.journal.parking.rows()
        assert [row.position for row in rows if row.retry_at is not None] == asked
        assert running.journal.parking.changed.is_set()


async def test_what_is_not_parked_cannot_be_asked_for(tmp_path: Path, config: Path) -> None:
    async with an_agent_with_parked_facts(tmp_path) as running:
        answer = await lineside("parked", "-c", config, "--retry", "3")
        assert all(row.retry_at is None for row in await running.journal.parking.rows())
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "lineside: --retry: 3 names 0 parked facts; expected one of: e1:2, e1:4\n"


async def test_status_shows_alarms(tmp_path: Path, config: Path) -> None:
    async with an_agent_with_parked_facts(tmp_path) as running:
        running.alarms.raise_alarm("certificate_ends", "the certificate ends in 3 days; renew it")
        answer = await lineside("status", "-c", config)
    assert answer.status == 0
    [alarm] = [line for line in answer.out.splitlines() if line.startswith("ALARM ")]
    assert alarm.startswith("ALARM certificate_ends for ")
    assert alarm.endswith(": the certificate ends in 3 days; renew it")


async def test_parked_needs_an_agent_that_runs(config: Path) -> None:
    answer = await lineside("parked", "-c", config)
    assert answer.status == 1
    assert "no agent answers at" in answer.err


async def test_export_writes_events_with_epoch_and_sequence_beside_an_agent_and_without(
    tmp_path: Path, config: Path
) -> None:
    async with open_journal(tmp_path / "journal", "e1", 0.0) as journal:
        await journal.commit(facts(1, 3), 1.0)
        beside = await lineside("export", "-c", config)
    alone = await lineside("export", "-c", config)
    assert beside == alone
    assert (alone.status, alone.err) == (0, "export: 3 of 3 facts were written\n")
    told = lines(alone)
    assert [(line["epoch"], line["sequence"]) for line in told] == [("e1", 1), ("e1", 2), ("e1", 3)]
    assert told[0]["event"]["source"] == "urn:lineside:ala1:edge-1:e1"
    assert told[0]["event"]["data"]["instance"] == "1"


async def test_export_goes_through_many_facts_and_all_epochs(tmp_path: Path, config: Path) -> None:
    async with open_journal(tmp_path / "journal", "e1", 0.0) as journal:
        await journal.commit(facts(1, 1200), 1.0)
        await journal.renew("e2", 1201, 2.0, WHY)
    async with open_journal(tmp_path / "journal", "e3", 0.0) as journal:
        await journal.commit(facts(1201, 1300), 1.0)
    told = lines(await lineside("export", "-c", config))
    places = [("e1", number) for number in range(1, 1201)] + [("e2", number) for number in range(1, 101)]
    assert [(line["epoch"], line["sequence"]) for line in told] == places


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), [1, 2, 3, 4, 5]),
        (("--order", "PO/1"), [2, 4]),
        (("--lot", "L-1"), [3, 4]),
        (("--order", "PO/1", "--lot", "L-1"), [4]),
        (("--from", "2026-03-05"), [4, 5]),
        (("--to", "2026-03-05T05:00:00+05:00"), [1, 2, 3]),
        (("--from", "2026-03-05", "--to", "2026-03-06T00:00:00Z"), [4]),
        (("--type", "agent.*"), [1, 2, 3, 4, 5]),
        (("--type", "stop.*"), []),
    ],
)
async def test_export_takes_what_is_wanted(
    tmp_path: Path, config: Path, options: tuple[str, ...], numbers: list[int]
) -> None:
    some = [
        fact(1),
        fact(2, order_id="PO/1"),
        fact(3, lot_id="L-1"),
        fact(4, order_id="PO/1", lot_id="L-1", time=START + DAY),
        fact(5, time=START + 2 * DAY),
    ]
    async with open_journal(tmp_path / "journal", "e1", 0.0) as journal:
        await journal.commit(Commit(some), 1.0)
    answer = await asyncio.to_thread(CliRunner().invoke, application(), ["export", "-c", str(config), *options])
    assert [json.loads(line)["sequence"] for line in answer.stdout.splitlines()] == numbers
    assert f"{len(numbers)} of 5 facts were written" in answer.stderr


async def test_export_as_csv_into_a_file(tmp_path: Path, config: Path) -> None:
    async with open_journal(tmp_path / "journal", "e1", 0.0) as journal:
        await journal.commit(Commit([fact(1, wc_id="FILL-1", lot_id="Л;1")]), 1.0)
    answer = await lineside("export", "-c", config, "--format", "csv", "--out", tmp_path / "out.csv")
    assert (answer.status, answer.out) == (0, "")
    [row] = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(), newline=""))
    assert (row["epoch"], row["sequence"], row["type"]) == ("e1", "1", "agent.stopping")
    assert (row["wc_id"], row["lot_id"], row["order_id"]) == ("FILL-1", "Л;1", "")
    assert json.loads(row["data"])["instance"] == '"1", Ж\n'


async def test_export_names_what_it_cannot_write_and_what_is_parked(tmp_path: Path, config: Path) -> None:
    async with open_journal(tmp_path / "journal", "e1", 0.0) as journal:
        await journal.commit(facts(1, 4), 1.0)
        await park(journal, 3, "too_large", withheld=True)
    damage(tmp_path / "journal", DAMAGES["data"])
    answer = await lineside("export", "-c", config)
    assert [line["sequence"] for line in lines(answer)] == [1, 3, 4]
    assert answer.err.splitlines() == [
        "export: 3 of 3 facts were written",
        "export: 1 unreadable or missing, so not written: e1:2",
        "export: 1 parked, so not taken by the broker or the MES: e1:3",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--from", "yesterday"), "--from: 'yesterday' is no time; expected 2026-03-04 or 2026-03-04T05:00:00Z"),
        (("--out", "/nowhere/out"), "--out: /nowhere/out cannot be written: No such file or directory"),
    ],
)
async def test_export_says_what_it_cannot_do(
    tmp_path: Path, config: Path, options: tuple[str, ...], sentence: str
) -> None:
    async with open_journal(tmp_path / "journal", "e1", 0.0):
        answer = await lineside("export", "-c", config, *options)
    assert (answer.status, answer.err) == (2, f"lineside: {sentence}\n")


async def test_export_after_a_kill_reads_what_was_committed(tmp_path: Path, config: Path) -> None:
    program = (
        "import asyncio, os, sys\nfrom pathlib import Path\nfrom agent.journal.journal import open_journal\n"
        "from tests.agent.happenings import facts\n"
        "async def main():\n"
        "    async with open_journal(Path(sys.argv[1]), 'e1', 0.0) as journal:\n"
        "        await journal.commit(facts(1, 7), 1.0)\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(tmp_path / "journal"), cwd=ROOT)
    assert await process.wait() == -9
    assert [line["sequence"] for line in lines(await lineside("export", "-c", config))] == list(range(1, 8))


async def a_journal(folder: Path) -> None:
    async with open_journal(folder / "journal", "e1", 0.0) as journal:
        await journal.commit(facts(1, 4), 1.0)
        await journal.confirm("e1", 1, 1.0)
        await park(journal, 3, "too_large", withheld=True)


def header_lost(folder: Path) -> None:
    with (folder / "journal" / FILE_NAME).open("r+b") as file:
        file.write(b"garbage!")


async def test_recover_finds_a_sound_journal_sound(tmp_path: Path, config: Path) -> None:
    await a_journal(tmp_path)
    before = (tmp_path / "journal" / FILE_NAME).read_bytes()
    answer = await lineside("recover", "-c", config, "--salvage")
    assert (answer.status, answer.err) == (0, "recover: 4 facts looked at\n")
    assert answer.out.splitlines() == [
        "epoch e1: facts 1 to 4, the MES has confirmed them up to 1",
        "3 facts wait for the MES, 1 are parked",
        "the journal is sound",
    ]
    assert (tmp_path / "journal" / FILE_NAME).read_bytes() == before


async def test_recover_names_damaged_facts(tmp_path: Path, config: Path) -> None:
    await a_journal(tmp_path)
    damage(tmp_path / "journal", DAMAGES["data"])
    answer = await lineside("recover", "-c", config)
    assert answer.status == 1
    assert "DAMAGED: 1 facts are not what was written (e1:2). They are never sent" in answer.out
    found = json.loads((await lineside("recover", "-c", config, "--json")).out)
    assert (found["sound"], found["damaged"], found["waiting"], found["unusable"]) == (False, ["e1:2"], 3, None)


async def test_recover_notices_a_restored_backup(tmp_path: Path, config: Path) -> None:
    await a_journal(tmp_path)
    backup = (tmp_path / "journal" / FILE_NAME).read_bytes()
    async with open_journal(tmp_path / "journal", "e2", 2.0) as journal:
        await journal.commit(facts(5, 6), 3.0)
    (tmp_path / "journal" / FILE_NAME).write_bytes(backup)
    answer = await lineside("recover", "-c", config)
    assert answer.status == 1
    assert "REWOUND: facts 5 to 6 of epoch e1 were written and are not here" in answer.out


async def test_recover_salvages_on_request_only(tmp_path: Path, config: Path) -> None:
    await a_journal(tmp_path)
    header_lost(tmp_path)
    damaged = (tmp_path / "journal" / FILE_NAME).read_bytes()
    answer = await lineside("recover", "-c", config)
    assert answer.status == 1
    assert "UNUSABLE: the journal" in answer.out
    assert (tmp_path / "journal" / FILE_NAME).read_bytes() == damaged
    answer = await lineside("recover", "-c", config, "--salvage")
    assert answer.status == 0, answer.err
    assert "4 facts were taken over into a new journal, missing: nothing" in answer.out
    [aside] = (tmp_path / "journal").glob(f"{DAMAGED}*.sqlite")
    assert aside.read_bytes() == damaged
    async with open_journal(tmp_path / "journal", "later", 5.0) as journal:
        assert [row.sequence for row in await journal.latest(10)] == [1, 2, 3, 4]
        assert journal.marks.epochs[0].name == "e1"
        assert journal.marks.epoch != "later"


async def test_recover_gets_the_facts_out_of_a_damaged_file(tmp_path: Path, config: Path) -> None:
    await a_journal(tmp_path)
    header_lost(tmp_path)
    damaged = tmp_path / "journal" / FILE_NAME
    before = damaged.read_bytes()
    answer = await lineside("recover", "-c", config, "--from", damaged, "--out", tmp_path / "out.jsonl")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err.endswith(f"4 facts were written to {tmp_path}/out.jsonl; 0 between them cannot be read\n")
    told = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(line["epoch"], line["sequence"], line["event"]["dedupkey"]) for line in told] == [
        ("e1", number, f"test:{number}") for number in range(1, 5)
    ]
    assert damaged.read_bytes() == before
    assert [name for name in names(tmp_path) if name.startswith(".lineside")] == []


async def test_recover_adopts_a_run(tmp_path: Path, config: Path) -> None:
    await a_journal(tmp_path)
    answer = await lineside("recover", "-c", config, "--adopt", "abcd")
    assert (answer.status, answer.out) == (0, "the run abcd counts as ours from now on; start the agent\n")
    async with open_journal(tmp_path / "journal", "e2", 5.0) as journal:
        assert await journal.sessions.knows("abcd")


async def test_recover_leaves_a_running_agent_alone(tmp_path: Path, config: Path) -> None:
    for options in ((), ("--salvage",), ("--adopt", "abcd")):
        async with open_journal(tmp_path / "journal", "e1", 0.0):
            answer = await lineside("recover", "-c", config, *options)
        assert answer.status == 1
        assert "is in use by another agent; stop that one first" in answer.err


async def test_recover_needs_both_ends_of_a_rescue(config: Path) -> None:
    answer = await lineside("recover", "-c", config, "--from", "x")
    assert (answer.status, answer.err.count("\n")) == (2, 1)
    assert "--from and --out go together" in answer.err


async def test_recover_without_a_journal_makes_none(tmp_path: Path, config: Path) -> None:
    answer = await lineside("recover", "-c", config)
    assert answer.status == 1
    assert "there is no journal at" in answer.err
    assert not (tmp_path / "journal").exists()
