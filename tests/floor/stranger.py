"""The MES's side of the contract with Lineside agents: take, store, confirm, add up, reconcile."""
from __future__ import annotations

import argparse, hashlib, json, os, re, select, signal, socket, sqlite3, struct, time, uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

Json = dict[str, Any]
Row = tuple[str | None, ...]
PREFIX, GAP_WAIT, ACK_PAUSE, SETTLE_QUIET = "io.lineside.edge.", 10.0, 0.05, 3.0
SOURCE = re.compile(r"urn:lineside:([^:]+):(.+):([^:]+)")
DETAIL = ("machine.condition_changed",)  # not among the facts that are chained
TABLES = """
CREATE TABLE IF NOT EXISTS events(source TEXT, id TEXT, seq INTEGER, type TEXT, wc TEXT, state TEXT, dedupkey TEXT, reason TEXT,
  received TEXT, body TEXT, PRIMARY KEY(source, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_seq ON events(source, seq);
CREATE INDEX IF NOT EXISTS by_key ON events(dedupkey);
CREATE INDEX IF NOT EXISTS by_type ON events(type, source, seq);
CREATE TABLE IF NOT EXISTS sources(source TEXT PRIMARY KEY, duplicates INTEGER);
CREATE TABLE IF NOT EXISTS unavailable(source TEXT, first INTEGER, last INTEGER, PRIMARY KEY(source, first, last));
CREATE TABLE IF NOT EXISTS unreadable(received TEXT, topic TEXT, why TEXT, payload BLOB);
CREATE TABLE IF NOT EXISTS incidents(received TEXT, kind TEXT, source TEXT, detail TEXT);
CREATE TABLE IF NOT EXISTS recon(source TEXT, seq INTEGER, ok INTEGER, result TEXT, PRIMARY KEY(source, seq));
CREATE TABLE IF NOT EXISTS figures(wc TEXT, date TEXT, shift TEXT, payload TEXT, sent INTEGER, PRIMARY KEY(wc, date, shift));
CREATE TABLE IF NOT EXISTS areas(wc TEXT PRIMARY KEY, area TEXT);
CREATE TABLE IF NOT EXISTS movements(id TEXT PRIMARY KEY, agent TEXT, state TEXT, answer TEXT);
CREATE TABLE IF NOT EXISTS commands(id TEXT PRIMARY KEY, name TEXT, source TEXT, body TEXT, answer TEXT);
CREATE TABLE IF NOT EXISTS agents(agent TEXT PRIMARY KEY, status TEXT);
"""

def now(ahead: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=ahead)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

def num(value: Any) -> Decimal:
    try:
        return Decimal(str(value)) if value is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)

def text(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"

def word(value: str) -> str:
    """An id as it stands in a topic."""
    return quote(value, safe="_.-").replace("~", "%7E")

def source_parts(source: str) -> tuple[str, str]:
    found = SOURCE.fullmatch(source)
    if not found:
        raise ValueError(f"source {source!r}")
    return unquote(found[2]), found[3]

# --- MQTT 5, as much of it as is needed ------------------------------------------------------------------------------

def varint(n: int) -> bytes:
    out = bytearray()
    while True:
        n, low = n >> 7, n & 127
        out.append(low | (128 if n else 0))
        if not n:
            return bytes(out)

def read_varint(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    value = 0
    for i in range(4):
        if at + i >= len(data):
            return None
        value |= (data[at + i] & 127) << 7 * i
        if data[at + i] < 128:
            return value, at + i + 1
    raise ConnectionError("length")

def string(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("!H", len(raw)) + raw

class Mqtt:
    """A session that outlives the connection; messages are acknowledged by who takes them."""

    def __init__(self, host: str, port: int, client: str, filters: list[str]) -> None:
        self.sock = socket.create_connection((host, port), timeout=10)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inbox, self.pid, self.window = bytearray(), 0, 16
        self.flight: dict[int, Callable[[], None] | None] = {}
        self.sent = self.heard = time.monotonic()
        properties = b"\x11" + struct.pack("!I", 14 * 86400)  # session expiry
        self._send(0x10, string("MQTT") + b"\x05\x00" + struct.pack("!H", 30) + varint(len(properties)) + properties + string(client))
        self.ready = False
        self.filters = filters

    def _send(self, head: int, body: bytes) -> None:
        self.sock.sendall(bytes([head]) + varint(len(body)) + body)
        self.sent = time.monotonic()

    def room(self) -> bool:
        return self.ready and len(self.flight) < self.window

    def publish(self, topic: str, payload: Json, retain: bool = False, done: Callable[[], None] | None = None) -> None:
        self.pid = self.pid % 65535 + 1
        self.flight[self.pid] = done
        self._send(0x33 if retain else 0x32, string(topic) + struct.pack("!H", self.pid) + b"\0" + json.dumps(payload).encode())

    def puback(self, pid: int) -> None:
        self._send(0x40, struct.pack("!H", pid))

    def close(self) -> None:
        self._send(0xE0, b"")
        self.sock.close()

    def poll(self, wait: float) -> list[tuple[str, bytes, int]]:
        """The messages that have come: topic, payload, packet id (0: none to acknowledge)."""
        if select.select([self.sock], [], [], wait)[0]:
            data = self.sock.recv(1 << 18)
            if not data:
                raise ConnectionError("closed by the broker")
            self.inbox += data
            self.heard = time.monotonic()
        if time.monotonic() - self.sent > 10:
            self._send(0xC0, b"")
        if time.monotonic() - self.heard > 45:
            raise ConnectionError("silence")
        out: list[tuple[str, bytes, int]] = []
        at = 0
        while at + 1 < len(self.inbox):
            length = read_varint(self.inbox, at + 1)
            if length is None or length[1] + length[0] > len(self.inbox):
                break
            self._packet(self.inbox[at], bytes(self.inbox[length[1]:length[1] + length[0]]), out)
            at = length[1] + length[0]
        del self.inbox[:at]
        return out

    def _packet(self, head: int, body: bytes, out: list[tuple[str, bytes, int]]) -> None:
        kind = head >> 4
        if kind == 2:
            if body[1]:
                raise ConnectionError(f"refused: {body[1]:#x}")
            # of the properties only Receive Maximum (0x21) matters, and 16 is below what brokers give
            self._send(0x82, struct.pack("!H", 65535) + b"\0" + b"".join(string(f) + b"\x01" for f in self.filters))
        elif kind == 9:
            if max(body[3:], default=0) >= 0x80:
                raise ConnectionError(f"subscription refused: {body[3:].hex()}")
            self.ready = True
        elif kind == 4:
            done = self.flight.pop(struct.unpack("!H", body[:2])[0], None)
            if done and (len(body) < 3 or body[2] < 0x80):
                done()
        elif kind == 14:
            raise ConnectionError(f"disconnected: {body.hex()}")
        elif kind == 3:
            end = 2 + struct.unpack("!H", body[:2])[0]
            topic, pid = body[2:end].decode(), 0
            if head & 6:
                pid, end = struct.unpack("!H", body[end:end + 2])[0], end + 2
            size, end = read_varint(body, end) or (0, end)
            out.append((topic, body[end + size:], pid))

# --- Forms -----------------------------------------------------------------------------------------------------------

class Forms:
    """Validates with the published schemas as they are: to them unknown fields and types are no fault."""

    def __init__(self, folder: Path) -> None:
        from jsonschema import Draft202012Validator, FormatChecker
        checker = FormatChecker(formats=("uuid", "date"))
        checker.checks("date-time", raises=ValueError)(lambda v: not isinstance(v, str) or bool(datetime.fromisoformat(v).tzinfo))
        self.of = {p.name: Draft202012Validator(json.loads(p.read_text()), format_checker=checker)
                   for p in folder.glob("*.v*.json") if not p.name.startswith("dir.")}

    def fault(self, event: Json) -> str | None:
        for form, value, at in ((self.of["event.v1.json"], event, ""),
                                (self.of.get(str(event.get("type", "")).removeprefix(PREFIX) + ".json"), event.get("data"), "data.")):
            for error in form.iter_errors(value) if form else ():
                return f"{at}{'.'.join(map(str, error.absolute_path))}: {error.message}"[:300]
        return None

# --- Adding up -------------------------------------------------------------------------------------------------------

def put(data: Json, path: str, value: str | None) -> None:
    at: Any = data
    *way, last = path.split(".")
    for step in way:
        if isinstance(at, dict) and at.get(step) is None:
            at[step] = {}
        at = at[int(step)] if isinstance(at, list) else at[step]
    key: Any = int(last) if isinstance(at, list) else last
    old = at[key] if isinstance(at, list) else at.get(key)
    new: Any = value
    if value is not None and isinstance(old, bool):
        new = value.lower() == "true"
    elif value is not None and isinstance(old, (int, list, dict)):
        new = json.loads(value)
    at[key] = new

@dataclass
class Work:
    """What one operation of an order at one work center comes to."""
    qty: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    uom: str | None = None
    status: str | None = None
    executions: dict[str, list[Any]] = field(default_factory=dict)
    performers: set[str] = field(default_factory=set)
    labor: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    stops: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    classes: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    used: dict[tuple[str, str, str], list[Decimal]] = field(default_factory=lambda: defaultdict(lambda: [Decimal(0), Decimal(0)]))
    units: dict[str, dict[Row, Json]] = field(default_factory=lambda: defaultdict(dict))
    ncs: dict[str, Json] = field(default_factory=dict)
    checks: list[Json] = field(default_factory=list)

def quantities(kind: str, d: Json, qty: dict[str, Decimal]) -> None:
    if kind == "output.recorded":
        qty["good"] += num(d.get("qty_good"))
        qty["setup"] += num(d.get("qty_setup"))
        qty["rework"] -= num(d.get("qty_from_rework"))
    elif kind == "scrap.recorded":
        qty["scrap"] += num(d.get("qty_scrap"))
        qty["good"] -= num(d.get("qty_from_good"))
        qty["rework"] -= num(d.get("qty_from_rework"))
    elif kind == "rework.recorded":
        qty["rework"] += num(d.get("qty_rework"))
        qty["good"] -= num(d.get("qty_from_good"))
    elif kind == "quantity.adjusted":
        qty[str(d.get("category"))] += num(d.get("delta"))

class Sums:
    def __init__(self) -> None:
        self.work: dict[Row, Work] = defaultdict(Work)
        self.stops: dict[str, dict[str, Json]] = defaultdict(dict)
        self.stop_wc: dict[str, str] = {}
        self.units: dict[str, dict[Row, Json]] = defaultdict(dict)
        self.discrepancies: dict[str, Json] = {}
        self.movements: dict[str, Json] = {}
        self.ncs: dict[str, Json] = {}
        self.notes: list[str] = []

    def add(self, event: Json, d: Json) -> None:
        kind = event["type"].removeprefix(PREFIX).rsplit(".v", 1)[0]
        keys = d.get("keys") or {}
        where: Row = (keys.get("wc_id") or event.get("partitionkey"), keys.get("order_id"), keys.get("op_no"))
        family = kind.split(".")[0]
        if kind in ("output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted"):
            self.work[where].uom = d.get("uom") or self.work[where].uom
            quantities(kind, d, self.work[where].qty)
        elif family == "operation" and d.get("to_status"):
            work, seen = self.work[where], self.work[where].executions.setdefault(d["op_execution_id"], [0, None])
            if d["transition_no"] != seen[0] + 1:
                self.notes.append(f"transition {seen[0]} -> {d['transition_no']} of {d['op_execution_id']} at {where[0]}")
            seen[:] = [d["transition_no"], d["to_status"]]
            work.status = d["to_status"]
            work.performers.update(d.get("performers") or [])
        elif family == "stop":
            self.stop(kind, d, str(where[0]))
        elif kind == "material.consumed":
            cell = self.work[where].used[keys.get("item_id") or "-", keys.get("lot_id") or "-", d.get("uom") or "-"]
            cell[0] += num(d.get("qty"))
            cell[1] += num(d.get("over_qty"))
        elif kind == "genealogy.linked":
            parent = d.get("parent_serial") or d.get("parent_lot") or "-"
            for units in (self.units[parent], self.work[where].units[parent]):
                for c in d.get("children") or []:
                    units[c.get("item_id"), c.get("lot_id"), c.get("serial")] = c
                for c in d.get("removed") or []:
                    units.pop((c.get("item_id"), c.get("lot_id"), c.get("serial")), None)
        elif kind == "labor.recorded":
            self.work[where].labor[d["operator_id"]] += num(d.get("duration_s"))
        elif family == "nc":
            nc = self.ncs.get(d["nc_id"])
            if nc is None:
                nc = self.ncs[d["nc_id"]] = self.work[where].ncs[d["nc_id"]] = {"disposition": None}
            nc |= {k: d.get(k) for k in ("qty", "uom", "serial", "lot_id")}
            nc |= {k: d[k] for k in ("defect_code", "cause", "disposition", "decided_by", "corrective_action") if k in d}
        elif family == "quality":
            self.work[where].checks.append({"serial": keys.get("serial"), "lot_id": keys.get("lot_id"), "result": d.get("result", "skipped")}
                                           | {k: d[k] for k in ("check_id", "check_no", "value", "uom", "pass_no", "defect_code", "reason", "samples") if k in d})
        elif family == "discrepancy":
            state = {"raised": "open"}.get(kind.split(".")[1], kind.split(".")[1])
            self.discrepancies.setdefault(d["discrepancy_id"], {}).update(
                {"state": state, "code": d.get("code"), "wc_id": keys.get("wc_id"), "order_id": keys.get("order_id")}
                | {k: d[k] for k in ("resolution", "owner_role", "due", "evidence", "at_most", "by") if k in d})
        elif kind in ("material.issued", "material.returned", "material.movement_settled"):
            self.movements.setdefault(d["movement_id"], {}).update(
                {"state": d.get("state")} | ({"kind": kind, "item_id": keys.get("item_id"), "lot_id": keys.get("lot_id"), "qty": d["qty"]} if "qty" in d else {}))

    def stop(self, kind: str, d: Json, wc: str) -> None:
        own = self.stops[d["stop_id"]]
        self.stop_wc[d["stop_id"]] = wc
        told = {s["segment_id"]: s for s in d.get("segments") or []}
        if kind == "stop.voided":
            del self.stops[d["stop_id"]]
            return
        if kind == "stop.corrected":
            own.clear()
        if kind == "stop.reason_set":
            if d["segment_id"] in own:
                own[d["segment_id"]] = own[d["segment_id"]] | {"reason": d["reason"]}
            else:
                self.notes.append(f"reason of the unknown segment {d['segment_id']}")
            return
        if kind == "stop.segmented":
            for s in d.get("before") or []:
                own.pop(s["segment_id"], None)
        elif kind == "stop.merged":
            self.stops.pop(d["void_stop_id"], None)
            own.clear()
        elif kind == "stop.edited" and sum((seconds(s) for s in told.values()), Decimal(0)) == seconds(d):
            own.clear()
        elif kind == "stop.closed" and told:  # of a stop of very many segments, those before the first one here stay
            first = min(map(segment_no, told))
            for name in [n for n in own if segment_no(n) >= first]:
                del own[name]
        own.update(told)

    def finish(self) -> list[Json]:
        """Lays the segments upon the operations; returns the stops that stand open."""
        still = []
        for stop_id, segments in self.stops.items():
            for s in segments.values():
                if s.get("end") is None:
                    still.append({"stop_id": stop_id, "wc_id": self.stop_wc[stop_id], "start": s["start"], "class": s["segment_class"]})
                work = self.work[self.stop_wc[stop_id], s.get("order_id"), s.get("op_no")]
                work.classes[s["segment_class"]] += seconds(s)
                if s["segment_class"] != "unknown":
                    work.stops[(s.get("reason") or {}).get("code") or "UNCODED"] += seconds(s)
        return still

def segment_no(name: str) -> int:
    tail = name.rsplit(".", 1)[-1]
    return int(tail) if tail.isdigit() else 0

def seconds(s: Json) -> Decimal:
    if not s.get("start") or not s.get("end"):
        return Decimal(0)
    span = datetime.fromisoformat(s["end"]) - datetime.fromisoformat(s["start"])
    return Decimal(span // timedelta(milliseconds=1)) / 1000

# --- The store and what it says --------------------------------------------------------------------------------------

@dataclass
class Known:
    """Where we are with one source."""
    through: int = 0
    above: set[int] = field(default_factory=set)
    away: list[tuple[int, int]] = field(default_factory=list)
    reject: set[int] = field(default_factory=set)  # to be listed in the next ack
    due: bool = True
    acked: float = 0.0
    moved: float = field(default_factory=time.monotonic)  # when something of it came last that we had not
    asked: float = 0.0
    pause: float = 20.0

    def advance(self) -> None:
        before = self.through
        while True:
            if self.through + 1 in self.above:
                self.through += 1
                self.above.discard(self.through)
            elif end := max((b for a, b in self.away if a <= self.through + 1 <= b), default=0):
                self.through = end
                self.above = {s for s in self.above if s > end}
            else:
                break
        self.due |= self.through != before

    def holes(self) -> list[tuple[int, int]]:
        at, out = self.through, []
        for first, last in sorted([(s, s) for s in self.above] + [r for r in self.away if r[1] > at]):
            if first > at + 1:
                out.append((at + 1, first - 1))
            at = max(at, last)
        return out

class Mes:
    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.base = f"{args.root}/v1/{word(args.enterprise)}/{word(args.site)}"
        self.db = sqlite3.connect(args.store, isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + TABLES)
        self.forms = Forms(Path(args.schemas)) if args.schemas else None
        self.known: dict[str, Known] = defaultdict(Known)
        self.pending: set[tuple[str, int]] = set()
        self.areas: dict[str, str] = dict(self.db.execute("SELECT wc, area FROM areas"))
        self.agents: dict[str, Json] = {a: json.loads(s) for a, s in self.db.execute("SELECT agent, status FROM agents")}
        self.seen: set[tuple[str, str, int]] = set()
        self.notes: set[str] = set()
        self.settling: dict[str, tuple[float, float]] = {}
        self.dirty, self.reported, self.cost, self.slow = True, 0.0, 0.0, 0.0
        for source, first, last in self.db.execute("SELECT source, first, last FROM unavailable"):
            self.known[source].away.append((first, last))
        for source, seq in self.db.execute("SELECT source, seq FROM events"):
            self.known[source].above.add(seq)
        for known in self.known.values():
            known.advance()
        self.pending.update(self.db.execute("""SELECT source, seq FROM events WHERE type IN (?, ?) AND state = 'ok'
            AND (source, seq) NOT IN (SELECT source, seq FROM recon)""", (PREFIX + "shift.summary.v1", PREFIX + "reconciliation.digest.v1")))

    # taking

    def take(self, topic: str, payload: bytes) -> None:
        parts = topic.removeprefix(self.base + "/").split("/")
        if parts[0] == "agents" and parts[2:] == ["status"]:
            return self.status(payload)
        if parts[0] == "agents" and parts[2:] == ["res"]:
            return self.answer(payload)
        if parts[0] != "agents" and len(parts) > 3 and parts[2] in ("evt", "state"):
            self.area(unquote(parts[1]), parts[0])
        if len(parts) < 3 or parts[2] != "evt":
            return
        try:
            found = json.loads(payload)
        except (ValueError, RecursionError) as error:
            return self.unreadable(topic, str(error), payload)
        for event in found if isinstance(found, list) else [found]:
            try:
                source, uid, seq = event["source"], event["id"], event["sequence"]
                source_parts(source)
                if not isinstance(uid, str) or not uid or not isinstance(seq, str) or not 0 < int(seq) < 10**18:
                    raise ValueError("id or sequence")
            except (KeyError, TypeError, ValueError) as error:
                self.unreadable(topic, repr(error), json.dumps(event).encode())
            else:
                try:
                    self.fact(event, source, uid, int(seq))
                except (ValueError, TypeError, RecursionError, sqlite3.InterfaceError) as error:
                    self.unreadable(topic, repr(error), json.dumps(event).encode())

    def unreadable(self, topic: str, why: str, payload: bytes) -> None:
        self.db.execute("INSERT INTO unreadable VALUES (?, ?, ?, ?)", (now(), topic, why, payload))

    def fact(self, event: Json, source: str, uid: str, seq: int) -> None:
        known = self.known[source]
        self.dirty = True
        old = self.db.execute("SELECT state FROM events WHERE source = ? AND id = ?", (source, uid)).fetchone()
        if old and old[0] != "rejected":
            self.db.execute("INSERT INTO sources VALUES (?, 1) ON CONFLICT DO UPDATE SET duplicates = duplicates + 1", (source,))
            known.due = True  # it has not heard our confirmation
            return
        kind, fault = str(event.get("type")), self.forms.fault(event) if self.forms else None
        state = "rejected" if fault else "withheld" if kind == PREFIX + "fact.withheld.v1" else "ok"
        key = event.get("dedupkey") if state == "ok" and isinstance(event.get("dedupkey"), str) else None
        if not old and state == "ok":
            for other, other_seq in self.db.execute("SELECT id, seq FROM events INDEXED BY by_key WHERE dedupkey = ? AND +id <> ?", (key, uid)).fetchall():
                self.incident("duplicate_natural_key", source, {"dedupkey": key, "ids": [other, uid], "sequences": [other_seq, seq]})
            for (other,) in self.db.execute("SELECT id FROM events INDEXED BY by_seq WHERE source = ? AND seq = ? AND +id <> ? AND state IN ('ok', 'rejected')", (source, seq, uid)).fetchall():
                self.incident("sequence_conflict", source, {"sequence": seq, "ids": [other, uid]})
                state = "conflict"
        self.db.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (source, uid, seq, kind, str(event.get("partitionkey")), state, key, fault, now(), json.dumps(event)))
        if fault:
            known.reject.add(seq)
            known.due = True
        if seq <= known.through:  # a place that was counted: what was compared without it is to be compared again
            again = self.db.execute("DELETE FROM recon WHERE source = ? AND seq > ? AND ok = 0 RETURNING source, seq", (source, seq)).fetchall()
            self.pending.update(again)
            known.due = True
        else:
            known.above.add(seq)
            known.moved = time.monotonic()
            known.advance()
        if kind.startswith((PREFIX + "shift.summary", PREFIX + "reconciliation.digest")) and state == "ok":
            self.pending.add((source, seq))
        data = event.get("data")
        if state == "ok" and kind.startswith(PREFIX + "material.") and isinstance(data, dict) and data.get("movement_id"):
            rule = "UPDATE SET state = excluded.state" if "settled" in kind else "NOTHING"
            self.db.execute(f"INSERT INTO movements VALUES (?, ?, ?, NULL) ON CONFLICT DO {rule}", (data["movement_id"], source_parts(source)[0], data.get("state")))

    def incident(self, kind: str, source: str, detail: Json) -> None:
        self.db.execute("INSERT INTO incidents VALUES (?, ?, ?, ?)", (now(), kind, source, json.dumps(detail)))

    def area(self, wc: str, area: str) -> None:
        if self.areas.get(wc) != area:
            self.areas[wc] = area
            self.db.execute("INSERT OR REPLACE INTO areas VALUES (?, ?)", (wc, area))

    def status(self, payload: bytes) -> None:
        try:
            said = json.loads(payload)
            agent, instance, session, epoch = said["agent_id"], said["instance"], int(said["session"]), said["epoch"]
        except (ValueError, KeyError, TypeError):
            return
        last = self.agents.get(agent)
        if last and last["instance"] == instance and last["session"] > session:
            return  # an old one, or a late Will
        self.agents[agent] = said
        self.db.execute("INSERT OR REPLACE INTO agents VALUES (?, ?)", (agent, json.dumps(said)))
        if said.get("online") and (agent, instance, session) not in self.seen:
            self.seen.add((agent, instance, session))
            self.known[f"urn:lineside:{self.args.site}:{agent}:{epoch}"].due = True
            for source in self.known:
                if source_parts(source)[0] == agent:
                    self.tell_all(source)

    def tell_all(self, source: str) -> None:
        known = self.known[source]
        known.due = True
        known.reject.update(s for (s,) in self.db.execute("SELECT seq FROM events WHERE source = ? AND state = 'rejected'", (source,)))

    def answer(self, payload: bytes) -> None:
        try:
            said = json.loads(payload)
            row = self.db.execute("SELECT name, source, body FROM commands WHERE id = ?", (said["command_id"],)).fetchone()
            if row is None:
                return
            self.db.execute("UPDATE commands SET answer = ? WHERE id = ?", (json.dumps(said), said["command_id"]))
            if row[0] == "settle":
                self.db.execute("UPDATE movements SET answer = ? WHERE id = ?", (said["outcome"] + ": " + said["detail"], json.loads(row[2])["movement_id"]))
            if gone := said.get("unavailable"):
                source = row[1].rsplit(":", 1)[0] + ":" + gone["epoch"]
                self.db.execute("INSERT OR IGNORE INTO unavailable VALUES (?, ?, ?)", (source, int(gone["from"]), int(gone["to"])))
                self.known[source].away.append((int(gone["from"]), int(gone["to"])))
                self.known[source].advance()
            self.dirty = True
        except (ValueError, KeyError, TypeError) as error:
            self.unreadable("res", repr(error), payload)

    # saying

    def tick(self, mqtt: Mqtt) -> None:
        at = time.monotonic()
        for source, known in self.known.items():
            agent, epoch = source_parts(source)
            if known.due and at - known.acked >= ACK_PAUSE and mqtt.room():
                mqtt.publish(f"{self.base}/agents/{word(agent)}/ack", {"epoch": epoch, "through": known.through, "rejected": self.rejects(source, known)})
                known.due, known.acked = False, at
                known.reject.clear()
            online = self.agents.get(agent, {}).get("online", True)
            if known.above and online and at - known.moved > GAP_WAIT and at - known.asked > known.pause:
                known.pause = min(known.pause * 2, 300) if known.asked > known.moved else 20.0
                known.asked = at
                for first, last in known.holes()[:5] if mqtt.room() else ():
                    self.command(mqtt, source, "replay", {"command_id": uuid.uuid4().hex, "expires_at": now(60), "reason": "gap", "epoch": epoch, "from": first, "to": last})
        if at - self.slow < 0.5:
            return
        self.slow = at
        quiet = {source_parts(s)[0] for s, k in self.known.items() if at - k.moved < SETTLE_QUIET}
        for movement, agent in self.db.execute("SELECT id, agent FROM movements WHERE state = 'proposed' AND (answer IS NULL OR answer LIKE 'done%')").fetchall():
            asked, pause = self.settling.get(movement, (0.0, 15.0))
            if agent not in quiet and self.agents.get(agent, {}).get("online", True) and at - asked > pause and mqtt.room():
                self.settling[movement] = at, min(pause * 2, 600)
                source = next(s for s in self.known if source_parts(s)[0] == agent)
                uid = "settle-" + hashlib.sha256(movement.encode()).hexdigest()[:32]
                self.command(mqtt, source, "settle", {"command_id": uid, "reason": "", "movement_id": movement, "state": "confirmed"})
        for wc, date, shift, payload in self.db.execute("SELECT wc, date, shift, payload FROM figures WHERE sent = 0").fetchall():
            if wc in self.areas and mqtt.room():
                topic = f"{self.base}/{self.areas[wc]}/{word(wc)}/dir/figures/{date}/{word(shift)}"
                self.db.execute("UPDATE figures SET sent = 1 WHERE wc = ? AND date = ? AND shift = ?", (wc, date, shift))
                mqtt.publish(topic, json.loads(payload), True, partial(self.published, payload, wc, date, shift))

    def published(self, *what: str) -> None:
        self.db.execute("UPDATE figures SET sent = 2 WHERE payload = ? AND wc = ? AND date = ? AND shift = ?", what)
        self.dirty = True

    def rejects(self, source: str, known: Known) -> list[Json]:
        out = []
        for seq in sorted(known.reject):
            row = self.db.execute("SELECT reason FROM events INDEXED BY by_seq WHERE source = ? AND seq = ? AND state = 'rejected'", (source, seq)).fetchone()
            if row and seq <= max(known.through, seq):
                out.append({"sequence": seq, "reason": row[0], "retryable": False})
        return out

    def command(self, mqtt: Mqtt, source: str, name: str, body: Json) -> None:
        body = {"issued_at": now(), "actor": "mes"} | body
        self.db.execute("INSERT OR IGNORE INTO commands VALUES (?, ?, ?, ?, NULL)", (body["command_id"], name, source, json.dumps(body)))
        mqtt.publish(f"{self.base}/agents/{word(source_parts(source)[0])}/cmd/{name}", body)

    # comparing and reporting

    def facts(self, upto: tuple[str, int, str] | None = None, of: str = "", only: str = "", values: tuple[Any, ...] = ()) -> Iterator[tuple[str, Json, Json]]:
        """Stored facts in their order, corrected and attached as of `upto` (source, sequence, recorded then)."""
        fixes: dict[str, Json] = {}
        bound: dict[Row, Json] = {}
        order = [of] if of else sorted(self.known, key=lambda s: str(self.db.execute(
            "SELECT json_extract(body, '$.recordedtime') FROM events WHERE source = ? ORDER BY seq LIMIT 1", (s,)).fetchone()))
        made = []
        for kind in ("fact.corrected", "operation.attached"):
            for source, seq, body in self.db.execute("SELECT source, seq, body FROM events WHERE type = ? AND state = 'ok' ORDER BY source, seq", (f"{PREFIX}{kind}.v1",)):
                event = json.loads(body)
                if upto is None or (seq <= upto[1] if source == upto[0] else event["recordedtime"] <= upto[2]):
                    made.append((kind, source, event))
        for kind, source, event in made:
            d = event["data"]
            try:
                if kind == "fact.corrected" and d["correction_no"] > fixes.get(d["target_id"], {"correction_no": 0})["correction_no"]:
                    fixes[d["target_id"]] = d
                elif kind == "operation.attached" and fixes.get(event["id"], {}).get("action") != "void":
                    bound[source, event["partitionkey"], d["execution_id"]] = d["keys"]
            except (KeyError, TypeError) as error:
                self.notes.add(f"{event['id']}: {error!r}")
        for source in order:
            for (body,) in self.db.execute(f"SELECT body FROM events INDEXED BY by_seq WHERE source = ? AND state = 'ok' {only} ORDER BY seq", (source, *values)):
                event = json.loads(body)
                d, fix = event.get("data"), fixes.get(event["id"])
                if not isinstance(d, dict) or (fix and fix["action"] == "void"):
                    continue
                for path, value in (fix["after"] if fix else {}).items():
                    try:
                        put(d, path, value)
                    except (ValueError, TypeError, IndexError) as error:
                        self.notes.add(f"correction of {event['id']}, {path}: {error!r}")
                keys = bound.get((source, event.get("partitionkey"), event.get("correlationid")))
                if keys and not (fix and "keys.order_id" in fix["after"]) and d.get("keys") is not None:
                    d["keys"] |= {k: keys.get(k) for k in ("order_id", "op_no")} | {"item_id": d["keys"].get("item_id") or keys.get("item_id")}
                yield source, event, d

    def reconcile(self, source: str, seq: int) -> None:
        body = self.db.execute("SELECT body FROM events INDEXED BY by_seq WHERE source = ? AND seq = ? AND state = 'ok'", (source, seq)).fetchone()
        event = json.loads(body[0])
        d, wc, kind = event["data"], event["partitionkey"], event["type"]
        if "shift.summary" in kind:
            before = self.db.execute("SELECT max(seq) FROM events WHERE type = ? AND source = ? AND seq < ? AND wc = ?", (kind, source, seq, wc)).fetchone()[0]
            ranges = [(source, (before or 0) + 1, seq - 1)]
        else:
            ranges = [(source.rsplit(":", 1)[0] + ":" + r["epoch"], r["first"], r["last"]) for r in d["ranges"]]
        chain, missing = "", 0
        ids: list[str] = []
        for where, first, last in ranges:
            found: dict[int, str] = {}
            for at, uid, what, state, raw in self.db.execute("SELECT seq, id, type, state, body FROM events INDEXED BY by_seq WHERE source = ? AND seq BETWEEN ? AND ? AND wc = ? ORDER BY seq, state = 'withheld'", (where, first, last, wc)):
                if state == "conflict" or any(what == f"{PREFIX}{k}.v1" for k in DETAIL) or at in found:
                    continue
                found[at] = json.loads(raw)["data"].get("withheld_id") or "?" if state == "withheld" else uid
            ids += found.values()
            missing += sum(max(0, min(b, last) - max(a, first) + 1) for a, b in self.known[where].away)
        for uid in ids:
            chain = hashlib.sha256((chain + uid).encode()).hexdigest()
        rows = self.rows(source, seq, event, ranges)
        differ = []
        if "reconciliation.digest" in kind:
            theirs: dict[Row, Json] = {row_key(r): r for r in d["rows"]}
            for key in sorted(set(theirs) | set(rows), key=str):
                for name in ("good", "scrap", "rework"):
                    a, b = num(theirs.get(key, {}).get("qty_" + name)), rows.get(key, {}).get(name, Decimal(0))
                    if a != b:
                        differ.append({"row": key, "what": name, "agent": text(a), "mes": text(b)})
            shift = d.get("shift") or {}
            if d["scope"] != "day" and shift.get("shift_id") and shift.get("business_date"):
                for key in theirs:  # of what we hold nothing, we say nothing, in so many words
                    rows.setdefault(key, defaultdict(Decimal))
                self.publish(source, wc, shift, {k: v for k, v in rows.items() if k[3:] == (shift["business_date"], shift["shift_id"])})
        theirs_chain = d.get("ids_chain")
        ok = len(ids) == d.get("facts", len(ids)) and (theirs_chain is None or theirs_chain == chain) and not differ
        result = {"kind": kind.removeprefix(PREFIX), "scope": d.get("scope"), "wc_id": wc, "shift": d.get("shift"), "start": d.get("start"), "end": d.get("end"), "ok": ok,
                  "facts": {"agent": d.get("facts"), "mes": len(ids)}, "chain_agrees": theirs_chain == chain, "unavailable": missing, "differences": differ}
        if missing and not ok:
            result["remark"] = "facts are gone by retention: cannot be checked"
        self.db.execute("INSERT OR REPLACE INTO recon VALUES (?, ?, ?, ?)", (source, seq, ok, json.dumps(result)))
        self.dirty = True

    def rows(self, source: str, seq: int, event: Json, ranges: list[tuple[str, int, int]]) -> dict[Row, dict[str, Decimal]]:
        out: dict[Row, dict[str, Decimal]] = {}
        kinds = tuple(f"{PREFIX}{k}.v1" for k in ("output.recorded", "scrap.recorded", "rework.recorded", "quantity.adjusted"))
        for where, first, last in ranges:
            only = "AND seq BETWEEN ? AND ? AND wc = ? AND type IN (?, ?, ?, ?)"
            for _, fact, d in self.facts((source, seq, event["recordedtime"]), where, only, (first, last, event["partitionkey"], *kinds)):
                keys = d["keys"]
                key = row_key({"order_id": keys.get("order_id"), "op_no": keys.get("op_no"), "lot_id": d.get("lot_out") or keys.get("lot_id"), "shift": d.get("shift")})
                quantities(fact["type"].removeprefix(PREFIX).rsplit(".v", 1)[0], d, out.setdefault(key, defaultdict(Decimal)))
        return out

    def publish(self, source: str, wc: str, shift: Json, rows: dict[Row, dict[str, Decimal]]) -> None:
        body: Json = {"owner": "mes", "business_date": shift["business_date"], "shift_id": shift["shift_id"], "through": self.known[source].through, "epoch": source_parts(source)[1],
                      "rows": [{"order_id": k[0], "op_no": k[1], "lot_id": k[2]} | {f"qty_{n}": text(v[n]) for n in ("good", "scrap", "rework")} for k, v in rows.items()]}
        body["rev"] = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
        self.db.execute("INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?, 0)", (wc, shift["business_date"], shift["shift_id"], json.dumps(body)))

    def report(self) -> None:
        began, sums = time.monotonic(), Sums()
        for _, event, d in self.facts():
            try:
                sums.add(event, d)
            except (KeyError, TypeError, ValueError, AttributeError) as error:  # only without --schemas
                sums.notes.append(f"{event['id']}: {error!r}")
        still = sums.finish()
        work: dict[Any, Json] = {}
        for (wc, order, op), w in sorted(sums.work.items(), key=str):
            work.setdefault(wc, {})[f"{order or '-'}/{op or '-'}"] = {
                **{n: text(w.qty[n]) for n in ("good", "scrap", "rework", "setup")}, "uom": w.uom, "status": w.status,
                "executions": {k: {"transition_no": v[0], "status": v[1]} for k, v in w.executions.items()}, "performers": sorted(w.performers),
                "labor_s": text(sum(w.labor.values(), Decimal(0))), "labor_by_operator": {k: text(v) for k, v in w.labor.items()},
                "stops_s": {k: text(v) for k, v in w.stops.items()}, "stops_by_class_s": {k: text(v) for k, v in w.classes.items()},
                "consumption": [{"item_id": i, "lot_id": lot, "uom": u, "qty": text(q), "over_qty": text(o)} for (i, lot, u), (q, o) in w.used.items()],
                "genealogy": {k: lots(v) for k, v in w.units.items()}, "nonconformances": w.ncs, "quality": w.checks}
        count: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for source, state, n in self.db.execute("SELECT source, state, count(*) FROM events GROUP BY source, state"):
            count[source][state] = n
        dups = dict(self.db.execute("SELECT source, duplicates FROM sources"))
        wait = dict(self.db.execute("""SELECT source, count(*) FROM events w WHERE state = 'withheld' AND NOT EXISTS
            (SELECT 1 FROM events f WHERE f.source = w.source AND f.seq = w.seq AND f.state <> 'withheld') GROUP BY source"""))
        sources = {s: {"through": k.through, "gaps": k.holes(), "stored": count[s]["ok"], "duplicates_dropped": dups.get(s, 0), "withheld": count[s]["withheld"],
                       "withheld_still": wait.get(s, 0), "unavailable": k.away, "conflicts": count[s]["conflict"],
                       "rejected": [{"sequence": q, "id": i, "reason": r} for q, i, r in self.db.execute("SELECT seq, id, reason FROM events WHERE source = ? AND state = 'rejected' ORDER BY seq", (s,))]}
                   for s, k in self.known.items()}
        shown = {"written": now(), "work_centers": work, "genealogy": {k: lots(v) for k, v in sums.units.items()}, "open_stops": still, "sources": sources,
                 "agents": self.agents, "discrepancies_open": {k: v for k, v in sums.discrepancies.items() if v["state"] != "resolved"},
                 "discrepancies_resolved": sum(v["state"] == "resolved" for v in sums.discrepancies.values()), "movements": sums.movements,
                 "reconciliation": [json.loads(r) | {"source": s, "sequence": q} for s, q, r in self.db.execute("SELECT source, seq, result FROM recon ORDER BY source, seq")],
                 "reconciliation_pending": len(self.pending),
                 "figures": [dict(zip(("wc_id", "business_date", "shift_id", "published"), r)) for r in self.db.execute("SELECT wc, date, shift, sent = 2 FROM figures")],
                 "incidents": [{"kind": k, "source": s} | json.loads(x) for k, s, x in self.db.execute("SELECT kind, source, detail FROM incidents")],
                 "commands": [{"name": n, "command": json.loads(b), "answer": a and json.loads(a)} for n, b, a in self.db.execute("SELECT name, body, answer FROM commands")],
                 "unreadable": self.db.execute("SELECT count(*) FROM unreadable").fetchone()[0], "notes": sums.notes + sorted(self.notes)}
        beside = Path(self.args.report + ".new")
        beside.write_text(json.dumps(shown, indent=1))
        os.replace(beside, self.args.report)
        self.dirty, self.reported, self.cost = False, time.monotonic(), time.monotonic() - began

    def serve(self) -> None:
        stop: list[int] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda s, _: stop.append(s))
        # `+/+/evt/#` covers `agents/{agent_id}/evt`; `state/machine` tells in which area a work center is
        filters = [f"{self.base}/{f}" for f in ("+/+/evt/#", "agents/+/status", "agents/+/res", "+/+/state/machine")]
        mqtt: Mqtt | None = None
        while not stop:
            try:
                if mqtt is None:
                    mqtt = Mqtt(self.args.host, self.args.port, self.args.client, filters)
                    self.db.execute("UPDATE figures SET sent = 0 WHERE sent = 1")
                    self.seen.clear()
                    for source in list(self.known):
                        self.tell_all(source)
                came = mqtt.poll(0.03)
                if came:
                    self.db.execute("BEGIN IMMEDIATE")
                    for topic, payload, _ in came:
                        self.take(topic, payload)
                    self.db.execute("COMMIT")
                    for _, _, pid in came:
                        if pid:
                            mqtt.puback(pid)
                self.tick(mqtt)
                for source, seq in [p for p in self.pending if p[1] <= self.known[p[0]].through][:5]:
                    self.pending.discard((source, seq))
                    try:
                        self.reconcile(source, seq)
                    except (KeyError, TypeError, ValueError, AttributeError) as error:  # only without --schemas
                        self.notes.add(f"{source} {seq}: {error!r}")
            except OSError as error:
                print(now(), "link:", error, flush=True)
                mqtt = None
                time.sleep(1)
            if self.dirty and time.monotonic() - self.reported > max(1.0, 5 * self.cost):
                self.report()
        self.report()
        if mqtt:
            mqtt.close()

def row_key(row: Json) -> Row:
    shift = row.get("shift") or {}
    return row.get("order_id"), row.get("op_no"), row.get("lot_id"), shift.get("business_date"), shift.get("shift_id")

def lots(units: dict[Row, Json]) -> list[Json]:
    return [{k: c.get(k) for k in ("item_id", "lot_id", "serial", "qty", "uom")} for c in units.values()]

def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("host", "127.0.0.1"), ("enterprise", None), ("site", None), ("root", "lineside"), ("store", None), ("report", None), ("schemas", ""), ("client", "")):
        parser.add_argument("--" + name, default=default, required=default is None)
    parser.add_argument("--port", type=int, default=1883)
    args = parser.parse_args()
    args.client = args.client or f"mes-{args.enterprise}-{args.site}"
    Mes(args).serve()

if __name__ == "__main__":
    main()
