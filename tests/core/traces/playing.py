"""Reads a trace, observes it as the agent would, and writes facts as short lines that people can read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from agent import VERSION
from agent.core.context import Context
from agent.core.desk.desk import Desk
from agent.core.directories import Directories
from agent.core.draft import Provenance
from agent.core.facts import Fact
from agent.core.observations import ClockStep, Directive, Finding, Started, Stopping, Storage
from agent.core.recordings.recorded import Seen, decode
from agent.core.settings import Settings
from agent.core.station import Station, StationObservation
from agent.core.times import iso
from agent.core.views import Reply

TRACES = Path(__file__).parent
NAMES = tuple(sorted(path.parent.name for path in TRACES.glob("*/machine.toml")))
EPOCH = "e1"
_UUID = re.compile(r"\b([a-z]+)-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_LEFT_OUT = {"keys", "quality", "versions", "shift", "version", "sha256", "op_execution_id"}
AgentObservation: TypeAlias = Started | Stopping | Directive | Finding | Storage | ClockStep


@dataclass
class Player:
    """The station and the desk of one work center, told one observation after another."""

    station: Station
    desk: Desk
    facts: list[Fact] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    """Answers to scans and entries."""

    @staticmethod
    def of(settings: Settings) -> Player:
        """As `agent.restoring` builds them where the journal is empty."""
        (machine,) = settings.machine
        provenance = Provenance(EPOCH, settings.execution_mode)
        zone = ZoneInfo(settings.agent.time_zone)
        station = Station.new(machine, settings.codes, provenance, settings.calendar, zone, settings.floor)
        return Player(station, Desk(VERSION, provenance, settings.mes.commands, Directories()))

    def hear(self, seen: Seen) -> None:
        observation = seen.observation
        if observation.wc_id is None or isinstance(observation, Directive):
            assert isinstance(observation, AgentObservation)
            told = self.desk.observe(observation, seen.ids)
            self.desk = told.desk
            self.facts += told.facts
            return
        assert isinstance(observation, StationObservation)
        needed = self.station.claims_needed(observation, self.desk.directories)
        known = {key: self.claims[key] for key in needed if key in self.claims}
        outcome = self.station.observe(observation, seen.ids, Context(self.desk.directories, known))
        self.station = outcome.station
        self.facts += outcome.facts
        self.claims.update(outcome.claims)
        if outcome.reply is not None:
            self.replies.append(outcome.reply)

    def restart(self) -> None:
        """Go on from the snapshot alone."""
        self.station = self.station.restored(self.station.snapshot())


def settings_of(name: str) -> Settings:
    return Settings.model_validate(tomllib.loads((TRACES / name / "machine.toml").read_text(encoding="utf-8")))


def observations_path(name: str) -> Path:
    return TRACES / name / "observations.recording"


def facts_path(name: str) -> Path:
    return TRACES / name / "facts.jsonl"


def observed(name: str) -> list[Seen]:
    """The observations of a trace."""
    records = [decode(line) for line in observations_path(name).read_bytes().splitlines(keepends=True)]
    seen = [record for record in records if isinstance(record, Seen)]
    assert len(seen) == len(records)
    return seen


def played(name: str, *, restart_every: int = 0) -> list[Fact]:
    """The facts that the agent makes of a trace.

    Args:
        name: of the trace.
        restart_every: after so many observations the station goes on from its snapshot; 0 is never.
    """
    player = Player.of(settings_of(name))
    for number, seen in enumerate(observed(name), start=1):
        player.hear(seen)
        if restart_every and not number % restart_every:
            player.restart()
    return player.facts


def lines(facts: Iterable[Fact]) -> list[str]:
    """Each fact as a line of JSON: when, what, and every field that says something."""
    day, names, counts = "", dict[str, str](), dict[str, int]()

    def renamed(match: re.Match[str]) -> str:
        if match[0] not in names:
            counts[match[1]] = counts.get(match[1], 0) + 1
            names[match[0]] = f"{match[1]}-{counts[match[1]]}"
        return names[match[0]]

    found = []
    for fact in facts:
        day = day or iso(fact.time)[:11]
        text = _UUID.sub(renamed, json.dumps(_told(fact), ensure_ascii=False))
        found.append(re.sub(rf'"{day}([0-9:.]+)Z"', r'"\1"', text))
    return found


def _told(fact: Fact) -> dict[str, Any]:
    data = fact.data
    keys, quality = data.keys, data.quality
    head: dict[str, Any] = {"time": iso(fact.time), "seen": iso(fact.observed), "type": data.TYPE}
    if keys.order_id is not None:
        head["order"] = f"{keys.order_id}/{keys.op_no}"
    head |= {name: value for name in ("lot_id", "serial") if (value := getattr(keys, name)) is not None}
    if data.shift is not None:
        head["shift"] = _short("shift", data.shift.model_dump(mode="json"))
    body = data.model_dump(mode="json", exclude=_LEFT_OUT, exclude_defaults=True)
    tail = {"origin": quality.origin, "time_quality": quality.time_quality, "entry": quality.entry}
    usual = {"time_quality": "good", "entry": "auto"}
    return head | _shortened(body) | {name: value for name, value in tail.items() if value != usual.get(name)}


def _shortened(table: dict[str, Any]) -> dict[str, Any]:
    return {name: _short(name, value) for name, value in table.items() if value not in (None, "", [], {})}


def _short(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    match name, value:
        case "reason" | "prev_reason", {"dir": directory, "code": code, **rest}:
            rev = rest.get("rev")
            return f"{directory}/{code}" + (f" rev {rev}" if rev else "")
        case "shift", {"shift_id": shift_id, **rest}:
            words = [shift_id, rest.get("crew_id"), rest.get("planned")]
            return " ".join(str(word) for word in words if word)
        case "interval", {"start": start, "end": end}:
            return [start, end]
        case _, dict():
            return _shortened(value)
        case _, list():
            return [_short("", one) for one in value]
    return value
