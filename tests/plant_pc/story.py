"""The life of an agent on a line PC, chapter by chapter, as a technician with a stick lives it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.packaging import bundle, sources
from tests.plant_pc.plant import CONFIGURATION, Plant
from tests.plant_pc.plant_pc import USB, PlantPc

AGENT: Final = "lineside.service"
CONFIG: Final = "/etc/lineside/lineside.toml"
VERSIONS: Final = Path("/opt/lineside/versions")
ALARM: Final = "clock_not_synchronized"
KEPT: Final = "/root/kept"
"""A copy of the version that is removed."""
INSTALLS_S: Final = 240.0
"""Real seconds, on a slow machine."""


@dataclass(frozen=True, slots=True)
class Breaking:
    """What keeps a version from ever becoming healthy, in one place of one file."""

    file: str
    stands: str
    becomes: str

    def done_to(self, text: str) -> str:
        """The file, broken."""
        assert self.stands in text
        return text.replace(self.stands, self.becomes, 1)


BROKEN: Final = Breaking("agent/app.py", '    heartbeat.notify("READY=1")\n', "    raise RuntimeError\n")
"""It accepts the configuration and the journal, starts, and fails: again and again."""


@dataclass(slots=True)
class Story:
    """One PC, and what is told of it."""

    pc: PlantPc
    plant: Plant
    _removed: str = ""

    def install(self, stick: Path) -> None:
        """From the stick: laid out, nothing started, as there is no configuration yet."""
        said = self._install_sh(stick)
        assert "lineside init" in said, said
        assert self._current() == _version(stick)
        self.pc.run("systemctl", "start", AGENT)
        assert self.pc.show(AGENT, "ActiveState") == "inactive"
        assert self.pc.show(AGENT, "ConditionResult") == "no"
        rules = self.pc.run("udevadm", "test", "/sys/class/mem/null", check=False)
        assert "60-lineside-readers.rules" in rules
        assert not [line for line in rules.splitlines() if ".rules:" in line and "lineside" in line], rules

    def commission(self) -> None:
        """A configuration, the plant, and the agent as from now on with every start of the PC."""
        self.plant.build()
        self.plant.start()
        self.configure(CONFIGURATION)
        self.pc.run("systemctl", "enable", "--now", AGENT)
        assert self.pc.show(AGENT, "ActiveState") == "active"
        self.plant.produces()
        assert "FILL-1" in self.pc.run("lineside", "status")
        assert "FILL-1" in self.pc.run("lineside", "doctor", check=False)
        status = self.pc.show(AGENT, "StatusText")
        assert all(part in status for part in ("FILL-1", "PRESS-1", "MES")), status
        self.pc.until(lambda: self.pc.done("test", "-s", "/run/lineside-clock/synchronised").returncode == 0, "clock")
        assert self.pc.show("lineside-clock.service", "Result") == "success"

    def configure(self, text: str) -> None:
        """Write the configuration as `lineside init` does."""
        self.pc.write(CONFIG, text)
        self.pc.run("chown", "root:lineside", CONFIG)
        self.pc.run("chmod", "640", CONFIG)

    def hang(self, watchdog_s: float | None = None) -> None:
        """The loop turns no more: the watchdog ends it, systemd starts it, nothing is lost.

        Args:
            watchdog_s: for who cannot wait for that of the unit.
        """
        if watchdog_s is not None:
            self.pc.run("mkdir", "-p", "/run/systemd/system/lineside.service.d")
            self.pc.write("/run/systemd/system/lineside.service.d/short.conf", f"[Service]\nWatchdogSec={watchdog_s}\n")
            self.pc.run("systemctl", "daemon-reload")
            self.pc.run("systemctl", "restart", AGENT)
        before, process = int(self.pc.show(AGENT, "NRestarts")), self.pc.show(AGENT, "MainPID")
        self.pc.run("sh", "-c", f"kill -STOP {process}")
        self.pc.until(lambda: int(self.pc.show(AGENT, "NRestarts")) > before, "the watchdog ended what hung", 90)
        self._is_active()
        said = [str(line.get("MESSAGE")) for line in self.pc.log(AGENT)]
        assert any("Watchdog timeout" in line for line in said), said
        self.plant.produces()
        self.plant.nothing_is_lost()

    def reload(self) -> None:
        """What can change without a restart does; what is not valid changes nothing; neither ends the agent."""
        process, before = self.pc.show(AGENT, "MainPID"), self.plant.facts("agent.config_changed")
        changed = CONFIGURATION.replace(':4840"', ':4840", publishing_ms = 200')
        self.configure(changed)
        self.pc.run("systemctl", "reload", AGENT)
        self.pc.until(lambda: self.plant.facts("agent.config_changed") > before, "the MES knows of the change", 30)
        self.configure(changed + "\n[nonsense]\n")
        self.pc.run("systemctl", "reload", AGENT)
        self.plant.produces()
        assert self.pc.show(AGENT, "MainPID") == process
        self.configure(changed)

    def lose_power(self) -> None:
        """The PC comes back by itself, and so does the agent."""
        self.pc.cut_power()
        self.pc.boot()
        self.plant.start()
        self._is_active()
        self.plant.produces()
        self.plant.nothing_is_lost()

    def copy(self, name: str, breaking: Breaking | None = None) -> Path:
        """The current version under another number, as install.sh would have made it, within seconds."""
        former, here = self._current(), VERSIONS / name
        packages = here / "lib/python3.11/site-packages"
        self.pc.run("cp", "-a", str(VERSIONS / former), str(here))
        change = f"xargs sed -i 's|versions/{former}|versions/{name}|g'"
        self.pc.run("sh", "-c", f"grep -rlIF versions/{former} {here}/bin | {change}")
        self.pc.run("sed", "-i", f"s/^Version: .*/Version: {name}/", f"{packages}/lineside-{former}.dist-info/METADATA")
        self.pc.run("mv", f"{packages}/lineside-{former}.dist-info", f"{packages}/lineside-{name}.dist-info")
        if breaking is not None:
            text = self.pc.run("cat", f"{packages}/{breaking.file}")
            self.pc.write(f"{packages}/{breaking.file}", breaking.done_to(text))
        return here

    def upgrade(self, to: Path) -> None:
        """To another version, with the former one kept."""
        former = self._current()
        self._change(to)
        assert (self._current(), self._link("previous")) == (_version(to), former)
        self._is_active()
        self.plant.produces()
        self.plant.nothing_is_lost()

    def fail_to_upgrade(self, to: Path) -> None:
        """A version that never becomes healthy is taken back by itself."""
        former = self._current()
        said = self._change(to, status=1)
        assert f"Version {former} runs again" in said, said
        assert self._current() == former
        self._is_active()
        self.plant.produces()
        self.plant.nothing_is_lost()

    def lose_power_amid(self, stick: Path) -> None:
        """An upgrade is cut off: the PC comes back with one of the two versions, and the upgrade is gone on with."""
        former, wanted = self._current(), _version(stick)
        self._unpack(stick)
        self.pc.run("systemd-run", "--quiet", "--unit=upgrading", f"/root/lineside-{wanted}/install.sh")
        self.pc.until(lambda: self._current() == wanted, "it has switched to the version", INSTALLS_S)
        self.lose_power()
        assert self._current() in {former, wanted}
        self.upgrade_goes_on(stick)

    def upgrade_goes_on(self, stick: Path) -> None:
        """The same stick again ends what was begun."""
        self._change(stick)
        assert self._current() == _version(stick)
        self.plant.produces()
        self.plant.nothing_is_lost()

    def miss_the_time(self) -> None:
        """The PC has no source of time, as it has no network: somebody is told."""
        self.pc.until(lambda: ALARM in self.pc.run("lineside", "status", "--json"), "the alarm is raised", 600)

    def remove(self) -> None:
        """The program goes, the plant's data stay until somebody says otherwise."""
        self.plant.stop()
        self._removed = self._current()
        self.pc.run("cp", "-a", str(VERSIONS / self._removed), KEPT)
        self.pc.run("lineside", "install", "--remove", within=INSTALLS_S)
        assert self.pc.run("systemctl", "list-unit-files", "lineside*", "--no-legend", check=False).strip() == ""
        assert self.pc.run("find", "/proc", "-maxdepth", "1", "-user", "lineside") == ""
        self.pc.run("test", "-s", CONFIG)
        assert "journal" in self.pc.run("ls", "/var/lib/lineside")

    def install_again(self, stick: Path | None = None) -> None:
        """Over the data of before, with which it goes on.

        Args:
            stick: None for the version that was removed, laid out as install.sh does, within seconds.
        """
        if stick is None:
            to = VERSIONS / self._removed
            self.pc.run("mkdir", "-p", str(VERSIONS))
            self.pc.run("mv", KEPT, str(to))
            self._change(to)
        else:
            self._change(stick)
        self._is_active()

    def purge(self) -> None:
        """Nothing is there any more."""
        self.pc.run("lineside", "install", "--remove", "--with-data", within=INSTALLS_S)
        for path in ("/etc/lineside", "/var/lib/lineside", "/opt/lineside"):
            assert self.pc.done("test", "-e", path).returncode == 1, path

    def _change(self, to: Path, status: int = 0) -> str:
        """To what is on the stick, or to a version that is laid out already."""
        if to.suffix == ".gz":
            return self._install_sh(to, status)
        done = self.pc.done(f"{to}/bin/python3", "-I", "-m", "agent", "install", within=INSTALLS_S)
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        return said

    def _install_sh(self, stick: Path, status: int = 0) -> str:
        self._unpack(stick)
        done = self.pc.done(f"/root/lineside-{_version(stick)}/install.sh", within=INSTALLS_S)
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        return said

    def _unpack(self, stick: Path) -> None:
        shutil.copy(stick, self.pc.usb)
        self.pc.run("sh", "-c", "rm -rf /root/lineside-*")
        self.pc.run("tar", "-xzf", f"{USB}/{stick.name}", "-C", "/root", within=INSTALLS_S)

    def _current(self) -> str:
        return self._link("current")

    def _link(self, name: str) -> str:
        return Path(self.pc.run("readlink", f"/opt/lineside/{name}").strip()).name

    def _is_active(self) -> None:
        self.pc.until(lambda: self.pc.show(AGENT, "ActiveState") == "active", "the agent runs")


def a_version(name: str, folder: Path, breaking: Breaking | None = None) -> Path:
    """The bundle of this code under another version number, with its changed sources in the folder."""
    tree = sources.copied(folder / name)
    project = tree / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.1.0"', f'version = "{name}"', 1))
    if breaking is not None:
        file = tree / breaking.file
        file.write_text(breaking.done_to(file.read_text()))
    return bundle.build(tree=tree)


def _version(of: Path) -> str:
    """Of a bundle or of a version's folder."""
    return of.name.split("-")[1] if of.suffix == ".gz" else of.name
