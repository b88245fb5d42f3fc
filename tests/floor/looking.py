"""Ways to look into the plant beside the MES's tables: the wire, the local API as it is served, the journal's file."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.floor.plant import AGENT, PATIENCE_S, ROOT, Document, Floor

if TYPE_CHECKING:
    from paho.mqtt.client import ConnectFlags
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode


@dataclass(frozen=True, slots=True)
class Heard:
    """One message on the broker."""

    topic: str
    payload: bytes

    @property
    def place(self) -> tuple[str, ...]:
        """The words of the topic behind enterprise and site."""
        return tuple(self.topic.removeprefix(f"{ROOT}/").split("/"))

    @property
    def documents(self) -> list[Document]:
        """What it says: one document, or all of a batch."""
        said = json.loads(self.payload)
        return said if isinstance(said, list) else [said]


class Wire:
    """All that goes over the broker."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def to(self, word: str) -> list[Heard]:
        """Messages to topics of this kind, such as `tel`: `{area}/{wc}/{kind}` or `agents/{agent_id}/{kind}`."""
        return [one for one in self.heard if one.place[2:3] == (word,)]

    def take(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        """Keep one."""
        self.heard.append(Heard(message.topic, bytes(message.payload)))


@contextmanager
def listening(floor: Floor) -> Iterator[Wire]:
    """Hear everything on the broker while open, retained messages first."""
    wire, listens = Wire(), threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id="listener", protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = wire.take

    def subscribed(*_: object) -> None:
        listens.set()

    client.on_subscribe = subscribed

    def connected(
        client: Client, _userdata: object, _flags: ConnectFlags, _reason: ReasonCode, _properties: Properties | None
    ) -> None:
        client.subscribe("#", qos=1)

    client.on_connect = connected
    client.connect(floor.broker.host, floor.broker.port)
    client.loop_start()
    try:
        assert listens.wait(PATIENCE_S), "the broker does not let us listen"
        yield wire
    finally:
        client.disconnect()
        client.loop_stop()


class _Unix(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("agent", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(self._path)


def ask(floor: Floor, path: str, method: str = "GET", body: Document | None = None) -> tuple[int, Document]:
    """Status and answer of the local API."""
    with closing(_Unix(str(floor.folder / "agent.sock"))) as connection:
        connection.request(method, path, body=None if body is None else json.dumps(body))
        answer = connection.getresponse()
        text = answer.read()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, {"text": text.decode()}


def copies(floor: Floor) -> dict[str, Document]:
    """The copies of the MES's objects that the agent holds, by name."""
    status, answer = ask(floor, "/v1/directories")
    assert status == 200, answer
    return {one["name"]: one for one in answer["directories"]}


def journal_row(floor: Floor, sequence: int) -> tuple[object, ...]:
    """A fact as it lies in the journal's file, every column of it."""
    path = floor.folder / "journal" / "journal.sqlite"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        row: tuple[object, ...] = connection.execute("SELECT * FROM facts WHERE position = ?", (sequence,)).fetchone()
    return row


def said_by_agent(heard: Heard) -> bool:
    """Whether it is a topic of those that an agent speaks on."""
    area, who, kind, *_ = (*heard.place, "", "", "")
    if area == "agents":
        return who == AGENT and kind in {"evt", "status", "state", "res"}
    return kind in {"evt", "state", "tel"}


def lineside(plant: Floor, *arguments: str) -> str:
    """What the command says, as a process of its own that asks the running agent."""
    said = subprocess.run(
        [sys.executable, "-m", "agent", *arguments, "-c", str(plant.config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return said.stdout


def said_until(say: Callable[[str], None], rev: str, met: Callable[[], bool]) -> None:
    """Say something under one revision after the other: the simulated MES may say its own figures in between."""
    for number in range(6):
        say(f"{rev}-{number}")
        end = time.monotonic() + PATIENCE_S / 4
        while time.monotonic() < end:
            if met():
                return
            time.sleep(0.05)
    raise AssertionError(f"{rev}: nothing came of it")
