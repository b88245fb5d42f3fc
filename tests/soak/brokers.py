"""RabbitMQ and NATS as child processes on loopback, for the soak: what Debian ships, with MQTT switched on.

`apt-get install rabbitmq-server nats-server`; neither needs to run as a service.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from simulators.broker import HOST, BrokerUnavailableError, accepts, claim
from simulators.mes.link import Address
from simulators.tether import tethered
from tests.brokers.kinds import Running

Outsider: TypeAlias = Literal["rabbitmq", "nats"]
OUTSIDERS: tuple[Outsider, ...] = ("rabbitmq", "nats")
START_S = 60.0
STOP_S = 30.0
RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"

RABBITMQ_CONF = """\
listeners.tcp = none
mqtt.listeners.tcp.default = {host}:{port}
mqtt.allow_anonymous = true
loopback_users = none
# As long as the agent's own session expiry: seven days.
mqtt.subscription_ttl = 604800000
"""
NATS_CONF = """\
server_name: soak
listen: {host}:{other}
jetstream {{ store_dir: "{folder}/store" }}
mqtt {{ listen: "{host}:{port}" }}
"""


@dataclass
class Server:
    """A program that speaks MQTT at a port."""

    command: tuple[str, ...]
    environment: dict[str, str]
    port: int
    log: Path
    process: Process | None = field(default=None)

    async def start(self) -> None:
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.process = await asyncio.create_subprocess_exec(
            *tethered(*self.command), stdin=DEVNULL, stdout=log, stderr=log, env={**os.environ, **self.environment}
        )
        os.close(log)
        async with asyncio.timeout(START_S):
            while not await accepts(self.port):
                if self.process.returncode is not None:
                    raise BrokerUnavailableError(f"{self.command[0]} ended at once. Look into {self.log}.")
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await self.process.wait()
        await self.kill()

    async def kill(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def an_outsider(kind: Outsider, folder: Path) -> AsyncIterator[Running]:
    """RabbitMQ or NATS, running; both know MQTT 3.1.1 only."""
    server = _rabbitmq(folder) if kind == "rabbitmq" else _nats(folder)
    mes = {"host": HOST, "port": server.port, "protocol": "3.1.1"}
    try:
        await server.start()
        yield Running(server, Address(HOST, server.port, "3.1.1"), mes)
    finally:
        await server.stop()


def _rabbitmq(folder: Path) -> Server:
    folder.mkdir(parents=True, exist_ok=True)
    port, distribution, mapper = claim(0), claim(0), claim(0)
    (folder / "rabbitmq.conf").write_text(RABBITMQ_CONF.format(host=HOST, port=port))
    (folder / "plugins").write_text("[rabbitmq_mqtt].\n")
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper),
        "RABBITMQ_NODENAME": f"soak{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "store"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    return Server((_found(RABBITMQ, "rabbitmq-server"),), environment, port, folder / "rabbitmq.out")


def _nats(folder: Path) -> Server:
    folder.mkdir(parents=True, exist_ok=True)
    port = claim(0)
    conf = folder / "nats.conf"
    conf.write_text(NATS_CONF.format(host=HOST, port=port, other=claim(0), folder=folder))
    return Server((_found("nats-server", "nats-server"), "-c", str(conf)), {}, port, folder / "nats.out")


def _found(program: str, package: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")
    if found is None:
        raise BrokerUnavailableError(f"There is no {program}. Install it (Debian: apt-get install {package}).")
    return found
