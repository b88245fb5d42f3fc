"""What a bundle is made of, as a CycloneDX 1.6 document: `sbom.cdx.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from tests.packaging.locked import SHIPPED_EXTRAS
from tests.packaging.target import Target
from tests.packaging.wheels import Wheel

CLASSIFIED: Final = {
    "Apache Software License": "Apache-2.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
"""Classifiers that mean one SPDX licence; "BSD License" means several and stays a name."""


def document(ours: Wheel, others: Iterable[Wheel], target: Target, epoch: int) -> str:
    """The bill of one bundle: the project, its packages, and what needs what on that target."""
    wheels = {wheel.name: wheel for wheel in (ours, *others)}
    components = {name: _component(wheel, ours) for name, wheel in wheels.items()}
    bom = Bom(components=[component for name, component in components.items() if name != ours.name])
    bom.metadata.component = components[ours.name]
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    bom.serial_number = uuid5(NAMESPACE_OID, "".join(wheel.line for wheel in wheels.values()))
    for name, needed in needs(ours, wheels, target).items():
        bom.register_dependency(components[name], [components[other] for other in sorted(needed)])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def needs(
    ours: Wheel, wheels: Mapping[NormalizedName, Wheel], target: Target
) -> dict[NormalizedName, set[NormalizedName]]:
    """What each wheel needs of the others on that target, beginning with ours; extras where one asks for them."""
    extras: dict[NormalizedName, set[str]] = {ours.name: set(SHIPPED_EXTRAS)}
    found: dict[NormalizedName, set[NormalizedName]] = {}
    open_ends = [ours.name]
    while open_ends:
        name = open_ends.pop()
        asked = [one for one in _asked(wheels[name], target, extras[name]) if canonicalize_name(one.name) in wheels]
        found[name] = {canonicalize_name(one.name) for one in asked}
        for one in asked:
            other = canonicalize_name(one.name)
            if other not in extras or not one.extras <= extras[other]:
                extras[other] = extras.get(other, set()) | one.extras
                open_ends.append(other)
    return found


def _asked(wheel: Wheel, target: Target, extras: Iterable[str]) -> list[Requirement]:
    environments = [{**target.environment, "extra": extra} for extra in ("", *extras)]
    said = map(Requirement, wheel.metadata.get_all("Requires-Dist", []))
    return [one for one in said if one.marker is None or any(map(one.marker.evaluate, environments))]


def licence(wheel: Wheel) -> str:
    """As SPDX where the package says so or says one that has such a name, else in its own words; "" if it says none."""
    classifiers = wheel.metadata.get_all("Classifier", [])
    classified = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: ")]
    said = [wheel.metadata.get(field, "") for field in ("License-Expression", "License")]
    said += [CLASSIFIED.get(name, name) for name in classified]
    for text in said:
        try:
            return canonicalize_license_expression(text)
        except InvalidLicenseExpression:
            continue
    return next((text for text in reversed(said) if text), "")


def _component(wheel: Wheel, ours: Wheel) -> Component:
    said = licence(wheel)
    acknowledged = LicenseAcknowledgement.DECLARED
    licences = [LicenseFactory().make_from_string(said, license_acknowledgement=acknowledged)] if said else []
    purl = PackageURL("pypi", None, wheel.name, wheel.version)
    return Component(
        name=wheel.name,
        version=wheel.version,
        type=ComponentType.APPLICATION if wheel is ours else ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        description=wheel.metadata.get("Summary"),
        licenses=licences,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
    )
