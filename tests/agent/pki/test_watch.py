"""The alarm about certificates that machines are read with."""

from __future__ import annotations

import time
from pathlib import Path

from agent.alarms import Alarms
from agent.core.settings import Settings
from agent.in_force import InForce
from agent.pki.folder import OWN, TRUSTED, Folder
from agent.pki.making import Wanted, made
from agent.pki.watch import MachineCertificates
from tests.drivers.certificates import Made


async def test_it_is_raised_a_month_ahead_and_cleared_when_all_are_renewed(settings: Settings) -> None:
    now, folder, alarms = time.time(), Folder(settings.agent.data), Alarms(time.time)
    watch = MachineCertificates(InForce.of(settings, Path("lineside.toml")), alarms)
    await watch.look(now)
    assert list(alarms.current) == []
    folder.write("", OWN, made(Wanted("urn:x", "us", "acme", ("pc",), days=20), now))
    folder.write(TRUSTED, "a.der", Made(ends_d=10).der)
    await watch.look(now)
    [alarm] = alarms.current
    assert alarm.code == "machine_certificate_ends"
    assert "our certificate for machines in" in alarm.text
    assert "the trusted certificate 'CN=filler' in" in alarm.text
    folder.write("", OWN, made(Wanted("urn:x", "us", "acme", ("pc",)), now))
    folder.write(TRUSTED, "a.der", Made().der)
    await watch.look(now)
    assert alarms.current == ()


async def test_a_file_that_cannot_be_read_is_told_and_nothing_is_looked_at_without_security(settings: Settings) -> None:
    alarms = Alarms(time.time)
    [machine] = settings.machine
    assert machine.opcua is not None

    def watch(**opcua: object) -> MachineCertificates:
        changed = machine.model_copy(update={"opcua": machine.opcua.model_copy(update=opcua)})  # type: ignore[union-attr]  # as above
        return MachineCertificates(InForce.of(settings.model_copy(update={"machine": (changed,)}), Path("x")), alarms)

    await watch(server_certificate=Path("/nowhere/plc.der")).look(time.time())
    told = [alarm.text for alarm in alarms.current]
    assert told == ["/nowhere/plc.der cannot be read: No such file or directory"]
    await watch(security="none", user=None).look(time.time())
    assert alarms.current == ()


async def test_of_very_many_that_end_the_first_are_named(settings: Settings) -> None:
    folder, alarms = Folder(settings.agent.data), Alarms(time.time)
    for number in range(30):
        folder.write(TRUSTED, f"{number}.der", Made(ends_d=10).der)
    await MachineCertificates(InForce.of(settings, Path("lineside.toml")), alarms).look(time.time())
    [alarm] = alarms.current
    assert alarm.text.count("the trusted certificate") == 5
    assert alarm.text.endswith("; and 25 more, see sudo lineside doctor")
