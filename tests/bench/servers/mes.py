"""The barest MES: counts facts and confirms them, in a process of its own. It stores nothing.

Argument: the broker's port. It confirms at most fifty times a second, as an MES that commits in groups does, and says a
line of JSON for every single fact, every look at the queue and every confirmation, each with the time of its arrival.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

SITE = "lineside/v1/bench/bench"
AGENT = f"{SITE}/agents/bench-1"
CONFIRM_S = 0.02
SEQUENCE = b'"sequence":"'
SOURCE = b'"source":"'
FACT = b'"specversion"'


class Mes:
    """What has arrived."""

    def __init__(self) -> None:
        self.received = 0
        self.through = 0
        self.confirmed = 0
        self.epoch = ""
        self.began = 0.0

    def hear(self, topic: str, payload: bytes) -> None:
        now = time.time()
        if topic == f"{AGENT}/state/queue":
            say("queue", observed=json.loads(payload)["observedtime"], arrived=now)
        elif "/evt" in topic:
            self.began = self.began or now
            self.received += payload.count(FACT)
            at = payload.rfind(SEQUENCE) + len(SEQUENCE)
            self.through = max(self.through, int(payload[at : at + 20]))
            if not self.epoch:
                at = payload.find(SOURCE) + len(SOURCE)
                self.epoch = payload[at : payload.find(b'"', at)].decode().rpartition(":")[2]
            if payload.startswith(b"{"):
                fact = json.loads(payload)
                say("fact", type=fact["type"], time=fact["time"], arrived=now)

    def confirm(self, client: Client) -> None:
        client.publish(f"{AGENT}/ack", json.dumps({"epoch": self.epoch, "through": self.through}), qos=1)
        self.confirmed = self.through
        say("confirmed", through=self.through, received=self.received, began=self.began, at=time.time())


def say(kind: str, **what: object) -> None:
    sys.stdout.write(json.dumps({"kind": kind, **what}) + "\n")
    sys.stdout.flush()


def main(port: int) -> None:
    mes = Mes()
    client = Client(CallbackAPIVersion.VERSION2, client_id="bench-mes", protocol=MQTTv5)

    def on_message(_client: Client, _data: Any, message: MQTTMessage) -> None:  # noqa: ANN401 - paho's signature
        mes.hear(message.topic, bytes(message.payload))

    client.on_message = on_message
    client.on_subscribe = lambda *_: say("ready")
    client.connect("127.0.0.1", port)
    options: Any = [(f"{SITE}/#", SubscribeOptions(qos=1, noLocal=True))]
    client.subscribe(options)
    due = 0.0
    while client.loop(CONFIRM_S) == 0:
        if mes.through > mes.confirmed and time.monotonic() >= due:
            due = time.monotonic() + CONFIRM_S
            mes.confirm(client)


if __name__ == "__main__":
    main(int(sys.argv[1]))
