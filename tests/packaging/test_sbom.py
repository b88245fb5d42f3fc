"""The bill of materials: valid by CycloneDX's own schema, and of everything in the bundle."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from agent import VERSION
from tests.packaging import locked, sources
from tests.packaging.target import Target
from tests.packaging.wheels import read

pytestmark = pytest.mark.timeout(900)  # whoever is first downloads every wheel


@pytest.fixture(scope="module")
def text(unpacked: Path) -> str:
    return (unpacked / "sbom.cdx.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bill(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_it_is_valid_and_the_validator_would_say_if_it_were_not(text: str) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"purl"', '"purls"', 1)) is not None


def test_it_names_the_project_and_what_the_lock_ships(bill: dict[str, Any]) -> None:
    ours = bill["metadata"]["component"]
    assert (ours["name"], ours["version"], ours["type"]) == ("lineside", VERSION, "application")
    assert ours["licenses"] == [{"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}]
    listed = {(component["name"], component["version"]) for component in bill["components"]}
    assert listed == {(pin.name, pin.version) for pin in locked.shipped(sources.ROOT, Target())}


def test_each_component_has_its_address_licence_and_the_hash_of_its_wheel(bill: dict[str, Any], unpacked: Path) -> None:
    wheels = {
        read(path).name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (unpacked / "wheels").iterdir()
    }
    for component in [bill["metadata"]["component"], *bill["components"]]:
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        assert component["hashes"] == [{"alg": "SHA-256", "content": wheels[component["name"]]}]
        assert component["licenses"], f"{component['name']} says no licence: find out before it is shipped"


def test_everything_in_it_is_needed_by_the_project_or_by_what_it_needs(bill: dict[str, Any]) -> None:
    needs = {row["ref"]: row.get("dependsOn", []) for row in bill["dependencies"]}
    reached: set[str] = set()
    open_ends = [bill["metadata"]["component"]["bom-ref"]]
    while open_ends:
        one = open_ends.pop()
        if one not in reached:
            reached.add(one)
            open_ends += needs[one]
    listed = {component["bom-ref"] for component in [bill["metadata"]["component"], *bill["components"]]}
    assert listed - reached == set()
    assert reached == needs.keys()
