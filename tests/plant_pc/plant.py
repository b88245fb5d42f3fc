"""The plant around the PC, all within it as there is no network: a locked broker, the simulated MES and machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from simulators.opcua import NAMESPACE
from tests.plant_pc.plant_pc import PlantPc

PASSWORD: Final = "as only the agent knows"  # noqa: S105 - of a broker that ends with the test
STORE: Final = "/srv/mes/mes.sqlite"
BROKER: Final = """\
per_listener_settings true
user root
listener 1883 127.0.0.1
password_file /srv/passwords
listener 1884 127.0.0.1
allow_anonymous true
"""
CONFIGURATION: Final = f"""\
[agent]
enterprise = "acme"
site = "ala1"
area = "hall-1"
id = "edge-1"
data = "/var/lib/lineside"
socket = "/run/lineside/agent.sock"

[mes]
host = "127.0.0.1"
username = "edge-1"
reconnect_max_s = 1

[[machine]]
work_center = "FILL-1"
opcua = {{ endpoint = "opc.tcp://127.0.0.1:4840", security = "none" }}
signal = [
    {{ key = "state", role = "packml_state", node = "nsu={NAMESPACE};s=FILL-1.Status.StateCurrent" }},
    {{ key = "total", role = "total", node = "nsu={NAMESPACE};s=FILL-1.Admin.ProdProcessedCount.AccCount" }},
]

[[machine]]
work_center = "PRESS-1"
modbus = {{ host = "127.0.0.1", port = 5020 }}
signal = [
    {{ key = "run", role = "run", table = "discrete", address = 0, type = "bit" }},
    {{ key = "total", role = "total", table = "input", address = 0, type = "uint32" }},
]
"""
ASK: Final = f"""
import json, sqlite3, sys
mes = sqlite3.connect("file:{STORE}?mode=ro", uri=True)
json.dump(mes.execute(sys.argv[1], sys.argv[2:]).fetchall(), sys.stdout)
"""
WHOLE: Final = """\
SELECT min(sequence) = 1 AND count(*) = max(sequence) AND count(DISTINCT sequence) = max(sequence), max(sequence)
FROM events GROUP BY source"""
"""Of each epoch: whether every fact is there once, and the last sequence."""


@dataclass(slots=True)
class Plant:
    """What the PC is connected to."""

    pc: PlantPc
    program: str = "/opt/lineside/current/bin/lineside"
    """The simulators come from what is installed: nothing but the stick was brought."""
    _last: int = 0
    """The highest sequence that the MES had."""

    def build(self) -> None:
        """Lock the broker, and give the agent its password; nothing runs yet."""
        self.pc.run("mkdir", "-p", "/srv/mes", "/etc/credstore")
        self.pc.write("/srv/broker.conf", BROKER)
        self.pc.run("mosquitto_passwd", "-b", "-c", "/srv/passwords", "edge-1", PASSWORD)
        self.pc.write("/etc/credstore/lineside-mes-password", f"{PASSWORD}\n")
        self.pc.run("chmod", "600", "/etc/credstore/lineside-mes-password")

    def start(self) -> None:
        """Switch everything on."""
        simulate = (self.program, "simulate")
        here = ("--enterprise", "acme", "--site", "ala1")
        self._start("broker", "/usr/sbin/mosquitto", "-c", "/srv/broker.conf")
        self._start("line", *simulate, "line", "--truth", "/srv/truth.jsonl", "--day", "trial")
        self._start("mes", *simulate, "mes", "--port", "1884", "--store", STORE, *here)

    def stop(self) -> None:
        """Switch everything off."""
        self.pc.run("systemctl", "stop", "plant-mes", "plant-line", "plant-broker")

    def facts(self, type_: str) -> int:
        """How many facts of this type the MES has."""
        found = self._asked("SELECT count(*) FROM events WHERE type LIKE ?", f"%{type_}")
        return found[0][0] if found else 0

    def produces(self) -> None:
        """Wait until more was made, and the MES knows."""
        before = self.facts("output.recorded")
        self.pc.until(lambda: self.facts("output.recorded") > before, "production facts reach the MES", 90)

    def nothing_is_lost(self) -> None:
        """All that the agent ever said is at the MES, each fact once, without a gap, in one epoch."""
        self.pc.until(self._is_whole, "the MES has every fact once", 90)
        [[_, last]] = self._asked(WHOLE)
        assert last >= self._last, "the journal was rewound"
        self._last = last

    def _is_whole(self) -> bool:
        done = self.pc.done("lineside", "status", "--json")
        if done.returncode or json.loads(done.stdout)["uplink"]["waiting"]:
            return False
        found = self._asked(WHOLE)
        return len(found) == 1 and found[0][0] == 1

    def _asked(self, query: str, *values: str) -> list[list[int]]:
        done = self.pc.done("python3", "-c", ASK, query, *values)
        found: list[list[int]] = json.loads(done.stdout) if done.returncode == 0 else []
        return found

    def _start(self, name: str, *command: str) -> None:
        options = (f"--unit=plant-{name}", "--working-directory=/srv", "--property=Restart=on-failure", "--collect")
        self.pc.run("systemd-run", "--quiet", *options, "--property=RestartSec=1", *command)
