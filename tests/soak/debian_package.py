"""The Debian package on a line PC under its own systemd, without a network: `make soak-package`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from agent import VERSION
from tests.packaging import debian
from tests.packaging.target import Target
from tests.plant_pc.plant_pc import USB, PlantPc, a_pc

CONFIGURATION = "/etc/lineside/lineside.toml"
INSTALLED_S = 300
"""Within which a package is installed on a machine that has much else to do."""


@pytest.fixture(scope="module")
def pc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlantPc]:
    folder = tmp_path_factory.mktemp("package")
    deb = debian.package(Target(), folder)
    with a_pc(folder) as pc:
        shutil.copy(deb, pc.usb)
        yield pc


def there(pc: PlantPc, *paths: str) -> list[str]:
    """Which of these are there."""
    script = 'for path; do if [ -e "$path" ]; then echo "$path"; fi; done'
    return pc.done("sh", "-c", script, "sh", *paths).stdout.split()


@pytest.mark.timeout(600)
def test_a_package_lives_and_goes_as_debian_expects(pc: PlantPc) -> None:
    deb = f"{USB}/lineside_{VERSION}_amd64.deb"
    pc.run("dpkg", "--install", deb, within=INSTALLED_S)
    assert pc.run("systemctl", "is-enabled", "lineside.service") == "enabled\n"
    assert pc.run("/usr/local/bin/lineside", "--help")
    assert "nothing was changed" in pc.run("dpkg", "--install", deb)

    # What the plant wrote is the plant's, whatever becomes of the package.
    pc.write(CONFIGURATION, "# ours\n")
    pc.write("/var/lib/lineside/kept", "facts")

    pc.run("dpkg", "--remove", "lineside")
    gone = ("/opt/lineside", "/usr/local/bin/lineside", "/usr/share/lineside", "/etc/systemd/system/lineside.service")
    kept = (CONFIGURATION, "/var/lib/lineside/kept")
    assert there(pc, *gone, *kept) == [*kept]

    pc.run("dpkg", "--purge", "lineside")
    assert there(pc, "/etc/lineside", "/var/lib/lineside") == []

    # After an upgrade of Debian the Python that it was made for may be gone.
    pc.run("dpkg", "--install", deb, within=INSTALLED_S)
    pc.run("ln", "--symbolic", "--force", "/usr/bin/python3.99", "/opt/lineside/current/bin/python3")
    pc.run("dpkg", "--remove", "lineside")
    assert there(pc, *gone) == []
    assert "lineside" not in pc.run("systemctl", "list-unit-files", "--no-legend")
