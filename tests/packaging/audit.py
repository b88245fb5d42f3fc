"""Known vulnerabilities of what is locked: `python -m tests.packaging.audit`, or `make audit`.

Asks a service of advisories through pip-audit, so it needs one that can be reached. Where none answered, or one did not
know every package, it says that it could not check and fails: silence is no proof of safety.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.packaging import locked
from tests.packaging.sources import ROOT

LOCK: Final = ROOT / "requirements-dev.lock"
"""Everything that is locked: what a line PC has is in it."""
SHIPPED: Final = ROOT / "requirements.lock"
VULNERABLE: Final = 1
UNCHECKED: Final = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit came to."""

    code: int
    """0: all was checked and nothing is known; 1: something is; 2: not all could be checked."""
    lines: tuple[str, ...]


def judged(answer: str, error: str, pinned: Sequence[locked.Pin], shipped: Collection[str]) -> Verdict:
    """Judge what pip-audit wrote: its JSON, and what it said aloud where it failed."""
    try:
        rows: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except ValueError:
        said = error.strip().splitlines() or ["no answer"]
        return Verdict(UNCHECKED, (f"NOT CHECKED: the service of advisories gave no answer: {said[-1]}",))
    answered = {row["name"]: row for row in rows if "skip_reason" not in row}
    unknown = [pin.name for pin in pinned if pin.name not in answered]
    lines = [
        f"{name} {row['version']} ({'on the line PC' if name in shipped else 'development only'}): {one['id']}, "
        f"put right in {', '.join(one['fix_versions']) or 'no version yet'}"
        for name, row in answered.items()
        for one in row["vulns"]
    ]
    code = VULNERABLE if lines else 0
    if unknown:
        which = "any of them" if len(unknown) == len(pinned) else ", ".join(unknown)
        lines.append(f"NOT CHECKED: {len(unknown)} of {len(pinned)} packages; the service does not know {which}")
        code = code or UNCHECKED
    elif not lines:
        lines.append(f"{len(pinned)} locked packages: no known vulnerability")
    return Verdict(code, tuple(lines))


def audited(arguments: Sequence[str]) -> Verdict:
    """Ask about everything that is locked; the arguments go to pip-audit."""
    asked = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip"]
    shown = ["--format", "json", "--progress-spinner", "off", *arguments]
    done = subprocess.run([*asked, *shown], check=False, capture_output=True, text=True)
    shipped = {pin.name for pin in locked.pins(SHIPPED)}
    # What other systems alone need was not asked about.
    pinned = [pin for pin in locked.pins(LOCK) if pin.requirement.marker is None or pin.requirement.marker.evaluate()]
    return judged(done.stdout, done.stderr, pinned, shipped)


if __name__ == "__main__":
    found = audited(sys.argv[1:])
    print("\n".join(found.lines))
    sys.exit(found.code)
