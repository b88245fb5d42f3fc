"""A plant in a world: a filler and a press at the addresses of the example configuration, Mosquitto, an MES, the agent.

Each is a process as its own command starts it, and the agent's files are where an installation has them.
"""

from __future__ import annotations

import json
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agent.commands.client import AgentAwayError, get
from simulators.opcua import NAMESPACE
from tests.docs.blocks import ROOT
from tests.docs.world import PATIENCE_S, World

CONFIGURATION: Final = f"""
[agent]
enterprise = "acme"
site = "ala1"
area = "packing"
id = "line-a"

[mes]
host = "mes.example.internal"
reconnect_max_s = 0.5

[[machine]]
work_center = "FILL-1"
opcua = {{ endpoint = "opc.tcp://192.0.2.10:4840", security = "none" }}
signal = [
    {{ key = "state", role = "packml_state", node = "nsu={NAMESPACE};s=FILL-1.Status.StateCurrent" }},
    {{ key = "total", role = "total", node = "nsu={NAMESPACE};s=FILL-1.Admin.ProdProcessedCount.AccCount" }},
]

[[machine]]
work_center = "PRESS-1"
modbus = {{ host = "192.0.2.20" }}
signal = [
    {{ key = "run", role = "run", table = "discrete", address = 0, type = "bit" }},
    {{ key = "total", role = "total", table = "input", address = 0, type = "uint32" }},
]
"""
BROKER: Final = "persistence_location /var/lib/mosquitto/\ninclude_dir /etc/mosquitto/conf.d\n"
"""As Debian's own, which leaves what is to be said to files in that folder; it runs as the user mosquitto."""
OPEN: Final = "/etc/mosquitto/conf.d/open.conf"
ANYBODY: Final = "listener 1883\nallow_anonymous true\n"
ORDERS: Final = [
    {"area": "packing", "wc_id": "FILL-1", "order_id": order_id, "op_no": "10", "item_id": "BOX-1", "qty_planned": 100}
    | {"norm_cycle_s": 2, "release_status": "released"}
    for order_id in ("PO-1001", "PO-1002")
]


@dataclass
class Plant:
    """What runs in the world."""

    world: World
    folder: Path
    _agent: ExitStack = field(default_factory=ExitStack)
    _broker: ExitStack = field(default_factory=ExitStack)
    _runs: int = 0

    @property
    def config(self) -> Path:
        """As it is seen from outside of the world."""
        return self.inside("/etc/lineside/lineside.toml")

    def inside(self, path: str) -> Path:
        """A path of the world, for who is not in it."""
        return Path(f"/proc/{self.world.pid}/root{path}")

    def seen(self, path: Path) -> Callable[[], bool]:
        """Whether a file of the world is there with something in it, or is a socket."""
        inside = self.inside(str(path))
        return lambda: inside.is_socket() or (inside.exists() and inside.stat().st_size > 0)

    def status(self) -> dict[str, Any]:
        """The agent's present; nothing while no agent answers."""
        try:
            shown: dict[str, Any] = json.loads(get(self.inside("/run/lineside/agent.sock"), "/v1/status"))
        except AgentAwayError:
            return {}
        return shown

    def start_broker(self) -> None:
        """Anew, with the configuration that stands in /etc/mosquitto; open to anybody where that says nothing."""
        self._broker.close()
        said = [path for path in self.inside(OPEN).parent.iterdir() if path.name != Path(OPEN).name]
        self.inside(OPEN).write_text("" if said else ANYBODY, encoding="utf-8")
        log = self.folder / "broker.log"
        self._broker.enter_context(self.world.going_on("mosquitto -c /etc/mosquitto/mosquitto.conf", log))

    def start_agent(self, wanted: Callable[[dict[str, Any]], bool] | None = None) -> None:
        """Anew, as the unit of the service does; until it reads the machines of its configuration, and the MES has its
        facts or what else is wanted.
        """
        self.stop_agent()
        self._runs += 1
        log = self.folder / f"agent-{self._runs}.log"
        self._agent.enter_context(self.world.going_on("lineside run --config /etc/lineside/lineside.toml", log))
        configured = {machine["work_center"] for machine in tomllib.loads(self.config.read_text("utf-8"))["machine"]}
        is_up = wanted or _is_up
        self.until(
            lambda shown: {center["wc_id"] for center in shown["work_centers"]} == configured and is_up(shown),
            lambda: log.read_text(encoding="utf-8", errors="replace"),
        )

    def as_before(self) -> None:
        """What a page has changed of the broker and of the agent's configuration is as it was."""
        locked = [path for path in self.inside(OPEN).parent.iterdir() if path.name != Path(OPEN).name]
        if locked:
            for path in locked:
                path.unlink()
            self.start_broker()
        if locked or not self.status() or self.config.read_text(encoding="utf-8") != CONFIGURATION:
            self.config.write_text(CONFIGURATION, encoding="utf-8")
            self.start_agent()

    def stop_agent(self) -> None:
        """As the service manager does."""
        self._agent.close()

    def until(self, wanted: Callable[[dict[str, Any]], bool], evidence: Callable[[], str]) -> None:
        """Until the agent shows it."""
        deadline = time.monotonic() + PATIENCE_S
        while not ((shown := self.status()) and wanted(shown)):
            assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s; shown {shown}; said {evidence()}"
            time.sleep(0.05)

    def close(self) -> None:
        """Stop both."""
        self._agent.close()
        self._broker.close()


def _is_up(shown: dict[str, Any]) -> bool:
    delivered = shown["uplink"]["state"] == "online" and shown["uplink"]["last_ack"] is not None
    return delivered and reads_its_machines(shown)


def reads_its_machines(shown: dict[str, Any]) -> bool:
    """With the MES or without."""
    return all(center["link_up"] for center in shown["work_centers"])


@contextmanager
def a_plant(world: World, folder: Path) -> Iterator[Plant]:
    """All of it, running."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"orders": ORDERS}), encoding="utf-8")
    plant = Plant(world, folder)
    world.run("rm -rf /etc/mosquitto; mkdir -p /etc/mosquitto/conf.d /var/lib/mosquitto", folder)
    world.run("chown mosquitto: /var/lib/mosquitto", folder)
    plant.config.write_text(CONFIGURATION, encoding="utf-8")
    user = "user root\n" if world.own_user else ""
    plant.inside("/etc/mosquitto/mosquitto.conf").write_text(user + BROKER, encoding="utf-8")
    mes = "--host mes.example.internal --enterprise acme --site ala1"
    machines = ("opcua --host 192.0.2.10 --port 4840", "modbus --host 192.0.2.20 --port 502")
    try:
        with ExitStack() as others:
            plant.start_broker()
            for number, simulated in enumerate((*machines, f"mes {mes} --store mes.sqlite --plan {plan}")):
                truth = "" if simulated.startswith("mes") else f" --truth truth-{number}.jsonl"
                log = folder / f"simulated-{number}.log"
                others.enter_context(world.going_on(f"lineside simulate {simulated}{truth}", log))
            plant.start_agent()
            yield plant
            plant.close()
    finally:
        plant.close()


def as_checked_out(folder: Path) -> Path:
    """A folder in which the repository's files are seen and others can be written."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != "config":
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "config", folder / "config")
    return folder
