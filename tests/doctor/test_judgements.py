"""What each thing that is seen means, and who must act on it; without the world."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.errors import UplinkError
from agent.core.readings import MachineReadings, ReadingView
from agent.core.settings import JournalSettings, MesSettings
from agent.core.values import replace
from agent.core.views import AlarmView, DiscrepancyView, UplinkView
from agent.doctor import (
    broker,
    certificates,
    clock,
    computer,
    connections,
    delivery,
    disk,
    drift,
    files,
    lines,
    machines,
    reaching,
    readers,
    service,
    trouble,
    unit,
    versions,
)
from agent.doctor.account import Access, Account
from agent.doctor.finding import ROOT, Finding, Level, Who
from agent.doctor.reaching import Place, Reach
from agent.installing.change import Change
from agent.pki.expiring import Ending
from agent.tls import WARNING_S, Expiry
from drivers.probed import Probed, ProbeError, Seen, Stage
from tests.doctor.cases import a_case, settings

NOW = 1_800_000_000.0
DAY = 86_400.0
GROUP = 990
AGENT = Account("lineside", 990, frozenset({GROUP, 20}))


def told(findings: list[Finding]) -> set[tuple[Level, Who]]:
    return {(one.level, one.who) for one in findings}


ALL_WELL = {(Level.WELL, Who.NOBODY)}
KEPT = clock.Clockwork(NOW, synchronised=True, services=("chrony",))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (KEPT, ALL_WELL),
        (replace(KEPT, now=0.0), {(Level.NOW, Who.MAINTENANCE)}),
        (replace(KEPT, synchronised=False), {(Level.SOON, Who.IT)}),
        (replace(KEPT, synchronised=False, services=()), {(Level.SOON, Who.MAINTENANCE)}),
        (replace(KEPT, synchronised=None, services=None), {(Level.NOTE, Who.NOBODY)}),
    ],
)
def test_a_clock(seen: clock.Clockwork, expected: set[tuple[Level, Who]]) -> None:
    assert told(list(clock.judge(seen))) == expected


DISK = disk.Volume(Path("/var/lib/lineside"), Path("/"), "ext4", "/dev/sda1", False, 10**10, 10**6, passed=True)
DISKS: tuple[tuple[disk.Volume, str, Level], ...] = (
    (replace(DISK, kind="nfs4"), "is a network share", Level.NOW),
    (replace(DISK, kind="tmpfs"), "is in memory", Level.NOW),
    (replace(DISK, read_only=True), "read-only", Level.NOW),
    (replace(DISK, errors=3), "noted 3 errors", Level.SOON),
    (replace(DISK, free_bytes=200 * disk.MB), "scans and entries are refused", Level.NOW),
    (replace(DISK, free_bytes=600 * disk.MB), "process values are not kept", Level.SOON),
    (replace(DISK, free_inodes=5), "5 files can still be made", Level.SOON),
    (replace(DISK, life=(2, 9), passed=None), "used up 90 %", Level.SOON),
    (replace(DISK, passed=False), "itself says that it is failing", Level.NOW),
    (replace(DISK, passed=None, health_hidden=ROOT), "only root may ask it", Level.UNSEEN),
    (replace(DISK, passed=None, health_hidden="no smartctl"), "cannot be seen: no smartctl", Level.NOTE),
)


@pytest.mark.parametrize(("seen", "words", "level"), DISKS)
def test_a_disk_with_one_fault(seen: disk.Volume, words: str, level: Level) -> None:
    faults = [one for one in disk.judge(seen, JournalSettings()) if one.level is not Level.WELL]
    assert [one.level for one in faults] == [level]
    assert words in faults[0].found


def test_a_disk_without_fault() -> None:
    assert told(list(disk.judge(DISK, JournalSettings()))) == ALL_WELL
    assert told(list(disk.judge(replace(DISK, life=(1, 2)), JournalSettings()))) == ALL_WELL


def test_a_folder_stands_on_the_longest_mount_above_it_and_of_two_on_the_later() -> None:
    text = (
        "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n"
        "30 22 0:26 / /var rw - tmpfs tmpfs rw\n"
        "31 22 8:1 / /var rw,nosuid shared:1 - ext4 /dev/sda1 rw\n"
        "32 31 8:2 / /var/lib/a\\040b ro - xfs /dev/sda2 rw\n"
        "33 31 8:3 / /var/lib/c rw - ext4 /dev/sda3 ro\n"
    )
    known = disk.mounts(text)
    assert disk.standing_on(Path("/var/lib/lineside"), known).device == "/dev/sda1"
    assert disk.standing_on(Path("/etc"), known).point == Path("/")
    assert disk.standing_on(Path("/var/lib/a b/journal"), known).read_only
    assert disk.standing_on(Path("/var/lib/c"), known).read_only


WELL_OFF = computer.Computer(8 * 10**9, 4 * 10**9, 10**9, 0, 0.4, 2, 50.0)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(WELL_OFF, free=10**8), "100 of 8,000 MB memory"),
        (replace(WELL_OFF, swap_used=9 * 10**8), "swap"),
        (replace(WELL_OFF, load=9.0), "9.0 programs wait for 2 processors"),
        (replace(WELL_OFF, hottest_c=91.0), "91 °C"),
    ],
)
def test_a_pc_that_is_badly_off(seen: computer.Computer, words: str) -> None:
    assert told(list(computer.judge(WELL_OFF))) == ALL_WELL
    [found] = computer.judge(seen)
    assert (found.level, found.who) == (Level.SOON, Who.MAINTENANCE)
    assert words in found.found


SECRET = files.Wanted("the password file", Path("/etc/lineside/password"), files.READ, secret=True)
FOLDER = files.Wanted("the data folder", Path("/var/lib/lineside"), files.READ | files.WRITE_ENTER, secret=True)


@pytest.mark.parametrize(
    ("wanted", "seen", "levels"),
    [
        (SECRET, Access(SECRET.path, 990, 990, 0o400), []),
        (SECRET, Access(SECRET.path, 0, 990, 0o640), [Level.SOON]),
        (SECRET, Access(SECRET.path, 0, 0, 0o640), [Level.NOW]),
        (SECRET, Access(SECRET.path, 0, 990, 0o644), [Level.SOON]),
        (SECRET, Access(SECRET.path, 990, 20, 0o440), []),
        (replace(SECRET, secret=False), Access(SECRET.path, 0, 990, 0o640), []),
        (SECRET, None, [Level.NOW]),
        (replace(SECRET, made=True), None, []),
        (FOLDER, Access(FOLDER.path, 990, 990, 0o750), []),
        (FOLDER, Access(FOLDER.path, 0, 0, 0o755), [Level.NOW, Level.SOON]),
    ],
)
def test_files_are_the_agents_and_nobody_elses(wanted: files.Wanted, seen: Access | None, levels: list[Level]) -> None:
    assert [one.level for one in files.judge(wanted, seen, AGENT, GROUP)] == levels


def test_a_secret_is_never_handed_to_a_group() -> None:
    for seen in (Access(SECRET.path, 0, 0, 0o600), Access(SECRET.path, 0, 990, 0o640)):
        [found] = files.judge(SECRET, seen, AGENT, GROUP)
        assert found.action == "sudo chown lineside: /etc/lineside/password && sudo chmod 400 /etc/lineside/password"


def test_a_folder_above_that_the_agent_may_not_enter_is_named() -> None:
    [found] = files.judge_way(SECRET, Access(Path("/etc/lineside"), 0, 0, 0o700), AGENT)
    assert (found.level, found.who) == (Level.NOW, Who.MAINTENANCE)
    assert "stands in /etc/lineside, which is root:root 0700" in found.found
    assert list(files.judge_way(SECRET, None, AGENT)) == []


def test_a_socket_is_for_the_group_alone() -> None:
    path = Path("/run/lineside/agent.sock")
    assert list(files.judge_socket(path, Access(path, 990, 990, 0o660), 990)) == []
    assert "everybody can enter" in next(files.judge_socket(path, Access(path, 990, 990, 0o666), 990)).found
    assert "terminals cannot reach" in next(files.judge_socket(path, Access(path, 990, 5, 0o660), 990)).found


@given(mode=st.integers(0, 0o777), more=st.integers(0, 0o777), wanted=st.integers(1, 7), uid=st.integers(0, 3))
def test_more_permission_never_takes_any_away(mode: int, more: int, wanted: int, uid: int) -> None:
    account = Account("somebody", uid, frozenset({uid}))
    if Access(Path("x"), 1, 2, mode).allows(account, wanted):
        assert Access(Path("x"), 1, 2, mode | more).allows(account, wanted)


SOCKET = Path("/run/lineside/agent.sock")
RUNS = unit.Unit("loaded", "enabled", "active")
SERVICES: tuple[tuple[service.Running, Level, str], ...] = (
    (service.Running(RUNS, True, SOCKET, ""), Level.WELL, "runs and answers"),
    (service.Running(RUNS, False, SOCKET, "no answer"), Level.NOW, "the agent runs, but no answer"),
    (service.Running(RUNS, False, SOCKET, "no rights", barred=True), Level.UNSEEN, "may not be used by this user"),
    (service.Running(replace(RUNS, restarts=7), True, SOCKET, ""), Level.SOON, "again 7 times"),
    (service.Running(replace(RUNS, restarts=1, for_s=600.0), True, SOCKET, ""), Level.SOON, "again once"),
    (
        service.Running(replace(RUNS, restarts=7, for_s=4e5), True, SOCKET, ""),
        Level.NOTE,
        "start the agent again 7 times, last 5 days ago",
    ),
    (
        service.Running(replace(RUNS, active="activating", for_s=12.0), False, SOCKET, ""),
        Level.UNSEEN,
        "the agent starts, since 12 s",
    ),
    (service.Running(replace(RUNS, active="failed", result="watchdog"), False, SOCKET, ""), Level.NOW, "(watchdog)"),
    (
        service.Running(replace(RUNS, active="activating", result="exit-code", restarts=2), False, SOCKET, ""),
        Level.NOW,
        "again and",
    ),
    (service.Running(replace(RUNS, enabled="disabled"), True, SOCKET, ""), Level.SOON, "after a restart of the PC"),
    (service.Running(replace(RUNS, stale=True), True, SOCKET, ""), Level.SOON, "systemd does not know it yet"),
    (service.Running(replace(RUNS, drop_ins=("/etc/a.conf",)), True, SOCKET, ""), Level.NOTE, "/etc/a.conf"),
    (service.Running(RUNS, True, SOCKET, "", as_shipped=False), Level.NOTE, "not the one of this version"),
    (service.Running(None, True, SOCKET, ""), Level.NOTE, "no systemd runs here"),
    (service.Running(None, False, SOCKET, "no agent answers"), Level.NOW, "no agent answers"),
    (service.Running(unit.Unit(), False, SOCKET, "may not", barred=True), Level.UNSEEN, "may not be used"),
)


@pytest.mark.parametrize(("seen", "level", "words"), SERVICES)
def test_a_service(seen: service.Running, level: Level, words: str) -> None:
    assert any(one.level is level and words in one.found for one in service.judge(seen)), list(service.judge(seen))


def test_what_is_long_over_scares_nobody() -> None:
    for seen in (replace(RUNS, restarts=7, for_s=4e5), replace(RUNS, active="activating", for_s=12.0)):
        found = service.judge(service.Running(seen, seen.active == "active", SOCKET, ""))
        assert {one.level for one in found} <= {Level.WELL, Level.NOTE, Level.UNSEEN}


def test_what_systemd_says_of_a_unit_is_read() -> None:
    said = "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nNRestarts=3\nMainPID=812\nUser=lineside\n"
    said += "DropInPaths=/etc/a.conf /etc/b.conf\nNeedDaemonReload=yes\nSupplementaryGroups=dialout input\n"
    found = unit.parsed(said, 1000.0)
    assert (found.restarts, found.main_pid, found.user, found.stale) == (3, 812, "lineside", True)
    assert found.drop_ins == ("/etc/a.conf", "/etc/b.conf")
    assert found.groups == ("dialout", "input")
    assert found.for_s is None


@pytest.mark.parametrize(
    ("active", "for_s"), [("active", 100.0), ("reloading", 100.0), ("activating", 70.0), ("failed", None)]
)
def test_for_how_long_a_unit_has_been_as_it_is(active: str, for_s: float | None) -> None:
    said = f"LoadState=loaded\nActiveState={active}\n"
    said += "ActiveEnterTimestampMonotonic=900000000\nInactiveExitTimestampMonotonic=930000000\n"
    assert unit.parsed(said, 1000.0).for_s == for_s


def test_a_version_that_is_installed_and_does_not_run() -> None:
    seen = versions.Versions("0.2.0", "0.1.0", "0.2.0", "0.1.0", "3.11.2", "3.51.3")
    [found] = versions.judge(seen)
    assert (found.level, found.found) == (Level.SOON, "version 0.1.0 runs, 0.2.0 is installed")
    assert told(list(versions.judge(replace(seen, running="0.2.0")))) == ALL_WELL
    assert Level.NOTE in {one.level for one in versions.judge(replace(seen, running="0.2.0", sqlite="3.40.1"))}
    left = Change("0.2.0", "0.1.0", None, "20260101T000000Z")
    _, found = versions.judge(replace(seen, running="0.2.0", under_way=left))
    assert (found.level, found.who) == (Level.SOON, Who.MAINTENANCE)
    assert "from version 0.1.0 to 0.2.0 was interrupted" in found.found


def test_certificates_for_machines_by_what_is_left_of_them() -> None:
    ends = [
        Ending("ours", Path("own.pem"), NOW - DAY, "make another"),
        Ending("theirs", Path("a.der"), NOW + 20 * DAY, "have another made"),
        Ending("good", Path("b.der"), NOW + 60 * DAY, ""),
    ]
    ended, soon, good = certificates.judge_machines(ends, NOW)
    assert (ended.level, ended.who, ended.action) == (Level.NOW, Who.MAINTENANCE, "make another")
    assert ended.found.startswith("ours in own.pem ended on ")
    assert (soon.level, good.level) == (Level.SOON, Level.WELL)
    assert soon.found.startswith("theirs in a.der ends on ")


def test_what_a_machine_with_security_needs_of_files_is_looked_at_and_nothing_of_one_without(tmp_path: Path) -> None:
    kept = tmp_path / "journal" / "pki" / "trusted" / "a.der"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"")
    plc = {"endpoint": "opc.tcp://plc:4840", "user": "u", "password_file": "/etc/lineside/plc-password"}
    signal = [{"key": "run", "role": "run", "node": "i=2258"}]

    def looked_at(**opcua: object) -> dict[str, bool]:
        configured = settings(tmp_path, machine=[{"work_center": "FILL-1", "opcua": opcua, "signal": signal}])
        return {str(one.path): one.secret for one in files.wanted(a_case(tmp_path, configured), configured)}

    secure = looked_at(**plc, server_certificate="/etc/lineside/plc.der")
    assert secure["/etc/lineside/plc-password"]
    assert not secure["/etc/lineside/plc.der"]
    assert secure[str(tmp_path / "journal" / "pki" / "own.pem")]
    assert str(kept) in secure
    assert not any("pki" in path for path in looked_at(endpoint="opc.tcp://plc:4840", security="none"))


def test_certificates_by_what_is_left_of_them() -> None:
    ends = [
        Expiry("our certificate", Path("/etc/a.crt"), NOW - 1),
        Expiry("the CA", Path("/etc/ca.crt"), NOW + WARNING_S),
        Expiry("the broker's certificate", None, NOW - 1),
        Expiry("another CA", Path("/etc/b.crt"), NOW + WARNING_S + 1),
    ]
    found = [(one.level, one.who) for one in certificates.judge(ends, NOW)]
    assert found == [
        (Level.NOW, Who.IT),
        (Level.SOON, Who.IT),
        (Level.NOW, Who.MES),
        (Level.WELL, Who.NOBODY),
    ]


@pytest.mark.parametrize(
    ("reached", "who"),
    [(Reach.NO_NAME, Who.IT), (Reach.NO_ROUTE, Who.IT), (Reach.SILENT, Who.IT), (Reach.REFUSED, Who.MACHINE)],
)
def test_who_sees_to_what_cannot_be_reached(reached: Reach, who: Who) -> None:
    place = Place("FILL-1", "the OPC UA server", "plc", 4840, Who.MACHINE)
    found = reaching.judge(place, reached)
    assert found is not None
    assert found.who is who
    assert "the OPC UA server plc:4840" in found.found
    assert reaching.judge(place, Reach.REACHED) is None


@pytest.mark.parametrize(
    ("error", "who"),
    [
        (UplinkError("refuses", 0x87), Who.MES),
        (UplinkError("refuses", 0x84), Who.MAINTENANCE),
        (UplinkError("its certificate cannot be trusted"), Who.IT),
        (UplinkError("no agreement on TLS"), Who.IT),
    ],
)
def test_who_sees_to_a_refusal(error: UplinkError, who: Who) -> None:
    found = broker.refused(error, MesSettings(host="mes"))
    assert (found.level, found.who) == (Level.NOW, who)
    assert found.action


PLC = Place("FILL-1", "the OPC UA server", "plc", 4840, Who.MACHINE)


def test_where_a_look_ended_is_said_in_words_with_what_was_well_before() -> None:
    offers = ("no security, anonymous",)
    found = connections.judge_ended(PLC, ProbeError(Stage.SECURITY, "strongest is configured", offers))
    assert found.found == (
        "the OPC UA server plc:4840 cannot be read, stage security: strongest is configured; so far so good: "
        "it answers; it offers: no security, anonymous"
    )
    assert (found.level, found.who) == (Level.NOW, Who.MACHINE)
    for stage in Stage:
        assert connections.judge_ended(PLC, ProbeError(stage, "no")).action


def test_what_the_agent_reads_is_told_value_by_value() -> None:
    unknown = dict.fromkeys(("source_time", "age_s", "told_at", "told_s", "last_at"))
    known = {"key": "run", "role": "run", "address": "coil 3 bit", "value": True, "quality": "good", "status": ""}
    reading = ReadingView.model_validate({**unknown, **known, "last_value": True})
    press = MachineReadings(wc_id="PRESS-1", connection="up", since=None, reason="", heard_s=0.1, readings=(reading,))
    assert told(list(connections.judge_read("PRESS-1", press))) == ALL_WELL
    bad = reading.model_copy(update={"quality": "bad", "status": "Modbus exception 2 (illegal data address)"})
    [found] = connections.judge_read("PRESS-1", press.model_copy(update={"readings": (bad,)}))
    assert found.found == "'run' cannot be read at coil 3 bit: Modbus exception 2 (illegal data address)"
    doubted = reading.model_copy(update={"quality": "uncertain", "status": "UncertainLastUsableValue"})
    found_uncertain = list(connections.judge_read("PRESS-1", press.model_copy(update={"readings": (doubted,)})))
    assert [one.level for one in found_uncertain] == [Level.NOTE, Level.WELL]


LINE = lines.SerialLine("PRESS-1", Path("/dev/ttyUSB0"), Access(Path("/dev/ttyUSB0"), 0, 20, 0o660), True, ())
STRANGER = Account("lineside", 990, frozenset({990}))


@pytest.mark.parametrize(
    ("line", "words", "action"),
    [
        (replace(LINE, seen=None), "is not there", "plug the adapter in"),
        (replace(LINE, is_device=False), "is no device", "plug the adapter in"),
        (LINE, "is root:", "sudo usermod -aG dialout lineside"),
        (replace(LINE, holders=("modpoll (process 7)",)), "is held by modpoll (process 7)", "end modpoll (process 7)"),
    ],
)
def test_a_serial_line_that_cannot_be_used_is_said_with_who_holds_it(
    line: lines.SerialLine, words: str, action: str
) -> None:
    found = [one for one in lines.judge(line, STRANGER) if words in one.found]
    assert [(one.level, one.who) for one in found] == [(Level.NOW, Who.MAINTENANCE)]
    assert found[0].action.startswith(action)


def test_a_serial_line_that_may_be_opened_is_well() -> None:
    member = Account("lineside", 990, frozenset({20}))
    assert told(list(lines.judge(LINE, member))) == ALL_WELL
    assert Level.NOTE in {one.level for one in lines.judge(replace(LINE, holders=None), member)}


def test_an_order_of_registers_that_looks_wrong_is_worth_knowing() -> None:
    seen = Probed((Seen("total", "input 0 uint32", value=327680, doubt="it shows 327680; with … it would be 5"),))
    assert [one.level for one in connections.judge_probed(PLC, seen, None)] == [Level.NOTE, Level.WELL]


def test_that_a_server_could_be_read_more_safely_is_worth_knowing() -> None:
    seen = Probed((Seen("run", "i=1"),), "no security", ("no security, anonymous", "Basic256Sha256 Sign, anonymous"))
    _, found = connections.judge_probed(PLC, seen, None)
    assert found.level is Level.NOTE
    assert "is read without security, and has 1 ways with: docs/opcua-security.md" in found.found
    for safe in (replace(seen, way="Basic256Sha256 Sign"), replace(seen, offers=seen.offers[:1])):
        assert told(list(connections.judge_probed(PLC, safe, None))) == ALL_WELL


def test_each_value_that_cannot_be_read_is_named_and_many_are_counted() -> None:
    bad = tuple(Seen(f"k{n}", f"ns=2;i={n}", "BadNodeIdUnknown") for n in range(8))
    found = list(connections.judge_probed(PLC, Probed(bad), 5.0))
    assert [one.level for one in found] == [Level.NOW] * 5 + [Level.NOTE]
    assert "'k0' cannot be read at ns=2;i=0: BadNodeIdUnknown" in found[0].found
    assert found[-1].found == "3 more values cannot be read"


@pytest.mark.parametrize(("ahead", "words"), [(90.0, "90 s ahead of"), (-90.0, "90 s behind")])
def test_a_machine_whose_clock_differs(ahead: float, words: str) -> None:
    seen = Probed((Seen("run", "i=1"),), server_time=NOW + ahead, asked_at=NOW)
    assert any(words in one.found for one in connections.judge_probed(PLC, seen, 5.0))
    assert told(list(connections.judge_probed(PLC, seen, None))) == ALL_WELL


def test_the_agents_word_about_a_machine() -> None:
    seen = machines.Told(up=True, since_s=60.0, reason="", last_good_s=2.0, knows=True)
    assert told(list(machines.judge_told("FILL-1", seen))) == ALL_WELL
    assert told(list(machines.judge_told("FILL-1", replace(seen, knows=False)))) == {(Level.NOW, Who.MACHINE)}
    assert told(list(machines.judge_told("FILL-1", replace(seen, up=False)))) == {(Level.NOW, Who.MACHINE)}


def test_a_machine_that_the_agent_lost_and_a_look_cannot_reach_is_one_finding() -> None:
    lost = machines.Told(up=False, since_s=60.0, reason="", last_good_s=2.0, knows=False)
    away = Finding(Level.NOW, "FILL-1", "it does not answer", "", "", Who.IT)
    [found] = machines.together("FILL-1", lost, [away])
    assert (found.found, found.who) == ("it does not answer; the agent has had no connection for 60 s", Who.IT)
    answers = Finding(Level.WELL, "FILL-1", "it gives all 2 values")
    assert [one.level for one in machines.together("FILL-1", lost, [answers])] == [Level.NOW, Level.WELL]


READER = readers.Reader("hand", Path("/dev/ttyACM0"), 6, "dialout", Access(Path("/dev/ttyACM0"), 0, 20, 0o660))


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(READER, seen=None), "is not there"),
        (replace(READER, is_device=False), "is no device"),
        (replace(READER, seen=Access(READER.path, 0, 5, 0o660)), "0660"),
        (replace(READER, holders=("ModemManager (process 7)",)), "is held by ModemManager (process 7)"),
    ],
)
def test_a_reader_that_cannot_be_used(seen: readers.Reader, words: str) -> None:
    assert told(list(readers.judge(READER, AGENT))) == ALL_WELL
    [found] = readers.judge(seen, AGENT)
    assert (found.level, found.who) == (Level.NOW, Who.MAINTENANCE)
    assert words in found.found


@pytest.mark.parametrize(
    ("usb", "words"),
    [
        (("0c2e", "0b61"), "sudo lineside install puts the udev rule"),
        (None, "sudo lineside install puts the udev rule"),
        # The example of the rule that is shipped is no maker.
        (("1234", "5678"), 'ATTRS{idVendor}=="1234", ATTRS{idProduct}=="5678", GROUP="lineside", MODE="0640" to /etc/'),
    ],
)
def test_a_keyboard_reader_that_may_not_be_opened_gets_a_rule_of_its_own_where_none_knows_its_maker(
    usb: tuple[str, str] | None, words: str
) -> None:
    path = Path("/dev/input/event3")
    seen = readers.Reader("hand", path, 4, "lineside", Access(path, 0, 104, 0o660), usb=usb)
    [found] = readers.judge(seen, AGENT)
    assert words in found.action
    assert found.expected.endswith("by the group lineside")


def test_the_rule_that_doctor_proposes_is_the_one_of_the_docs() -> None:
    path = Path("/dev/input/event3")
    seen = readers.Reader("hand", path, 4, "lineside", Access(path, 0, 104, 0o660), usb=("ffff", "0001"))
    [found] = readers.judge(seen, AGENT)
    documented = (Path(__file__).parents[2] / "docs" / "scans.md").read_text()
    [rule] = [line for line in documented.splitlines() if line.startswith("SUBSYSTEM==")]
    assert rule.replace("0c2e", "ffff").replace("0b61", "0001") in found.action


def test_maker_and_product_of_an_input_device_are_those_of_the_kernel(tmp_path: Path) -> None:
    numbers = tmp_path / "event3" / "device" / "id"
    numbers.mkdir(parents=True)
    (numbers / "vendor").write_text("0c2e\n")
    assert readers.usb_of(Path("/dev/input/event3"), tmp_path) is None
    (numbers / "product").write_text("0b61\n")
    assert readers.usb_of(Path("/dev/input/event3"), tmp_path) == ("0c2e", "0b61")
    assert readers.usb_of(Path("/dev/input/event4"), tmp_path) is None


UPLINK = UplinkView(
    state="online",
    since="2027-01-15T07:00:00.000Z",
    waiting=2,
    oldest_age_s=1.0,
    autonomy_s=9e6,
    parked=0,
    last_ack="2027-01-15T07:59:00.000Z",
    detail="connected",
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ALL_WELL),
        ({"state": "offline"}, {(Level.SOON, Who.IT)}),
        ({"state": "not_confirming"}, {(Level.NOW, Who.MES)}),
        ({"parked": 3}, ALL_WELL | {(Level.SOON, Who.MES)}),
        ({"autonomy_s": 3600.0}, ALL_WELL | {(Level.SOON, Who.MAINTENANCE)}),
    ],
)
def test_the_way_to_the_mes(changed: dict[str, object], expected: set[tuple[Level, Who]]) -> None:
    assert told(list(delivery.judge(UPLINK.model_copy(update=changed), NOW))) == expected


def test_every_alarm_that_is_somebodys_is_one_that_the_agent_raises() -> None:
    rest = [path for path in Path(trouble.__file__).parents[1].rglob("*.py") if path.parent.name != "doctor"]
    raised = "".join(path.read_text() for path in rest)
    assert [code for code in (*trouble.OWNERS, *trouble.ELSEWHERE) if f'"{code}"' not in raised] == []


def test_alarms_go_to_who_can_do_something_and_what_others_say_is_not_said_twice() -> None:
    alarms = [
        AlarmView(code=code, since="2027-01-15T07:00:00.000Z", text="…")
        for code in ("identity_taken", "broker_refuses_us", "parked", "telemetry_dropped")
    ]
    found = list(trouble.judge(alarms, NOW))
    assert [(one.level, one.who) for one in found] == [
        (Level.NOW, Who.MAINTENANCE),
        (Level.NOW, Who.MES),
        (Level.SOON, Who.MAINTENANCE),
    ]
    assert told(list(trouble.judge([], NOW))) == ALL_WELL


def test_a_discrepancy_is_somebodys_once_it_is_overdue() -> None:
    due = DiscrepancyView(
        discrepancy_id="d1",
        code="order_not_released",
        wc_id="FILL-1",
        order_id="PO-1",
        owner_role="shift_supervisor",
        due="2027-01-15T07:00:00.000Z",
        status="expired",
        text="…",
    )
    [found] = trouble.judge_discrepancies(1, [due], NOW)
    assert (found.level, found.who, found.expected) == (Level.SOON, Who.PRODUCTION, "settled by the shift supervisor")
    still = due.model_copy(update={"status": "open"})
    assert told(list(trouble.judge_discrepancies(1, [still], NOW))) == {(Level.NOTE, Who.NOBODY)}
    assert told(list(trouble.judge_discrepancies(0, [], NOW))) == ALL_WELL


FILE = drift.Configured(Path("/etc/lineside/lineside.toml"), "aa" * 32, "", False, False, None)
LOADED = drift.Loaded("/etc/lineside/lineside.toml", "aa" * 32, ())


@pytest.mark.parametrize(
    ("seen", "level", "words"),
    [
        (FILE, Level.WELL, "is right"),
        (replace(FILE, loaded=LOADED), Level.WELL, "is right and in force"),
        (replace(FILE, hash=None, hidden=True), Level.UNSEEN, "may not be read"),
        (replace(FILE, hash=None, missing=True), Level.NOW, "there is no /etc/lineside/lineside.toml"),
        (replace(FILE, hash=None, refusal="mes.port: found 'x'"), Level.NOW, "mes.port: found 'x'"),
        (replace(FILE, loaded=replace(LOADED, hash="bb")), Level.SOON, "goes by what it was before"),
        (replace(FILE, loaded=replace(LOADED, path="/other.toml")), Level.SOON, "goes by /other.toml"),
        (replace(FILE, loaded=replace(LOADED, needs_restart=("mes.host",))), Level.SOON, "not yet in force: mes.host"),
    ],
)
def test_a_configuration(seen: drift.Configured, level: Level, words: str) -> None:
    [found] = drift.judge(seen)
    assert found.level is level
    assert words in found.found
