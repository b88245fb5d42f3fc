"""An audit that could not be made is never taken for one that found nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.packaging import audit, locked

LOCK = """\
aiohttp==3.0.0 \\
    --hash=sha256:{zeros}
ruff==0.1.0 \\
    --hash=sha256:{zeros}
""".format(zeros="0" * 64)


@pytest.fixture
def pinned(tmp_path: Path) -> tuple[locked.Pin, ...]:
    (tmp_path / "lock").write_text(LOCK)
    return locked.pins(tmp_path / "lock")


def answer(*rows: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": rows, "fixes": []})


SAFE = {"name": "aiohttp", "version": "3.0.0", "vulns": []}, {"name": "ruff", "version": "0.1.0", "vulns": []}


def test_all_checked_and_nothing_known_is_well(pinned: tuple[locked.Pin, ...]) -> None:
    assert audit.judged(answer(*SAFE), "", pinned, {"aiohttp"}) == audit.Verdict(
        0, ("2 locked packages: no known vulnerability",)
    )


def test_a_vulnerability_is_named_with_where_it_is_and_what_puts_it_right(pinned: tuple[locked.Pin, ...]) -> None:
    known = {"id": "CVE-1", "fix_versions": ["3.0.1"], "aliases": [], "description": "…"}
    rows = {"name": "aiohttp", "version": "3.0.0", "vulns": [known]}, SAFE[1]
    assert audit.judged(answer(*rows), "", pinned, {"aiohttp"}) == audit.Verdict(
        1, ("aiohttp 3.0.0 (on the line PC): CVE-1, put right in 3.0.1",)
    )


def test_a_package_that_the_service_does_not_know_is_not_a_safe_one(pinned: tuple[locked.Pin, ...]) -> None:
    rows = SAFE[0], {"name": "ruff", "skip_reason": "not found"}
    assert audit.judged(answer(*rows), "", pinned, {"aiohttp"}) == audit.Verdict(
        2, ("NOT CHECKED: 1 of 2 packages; the service does not know ruff",)
    )


def test_a_service_that_cannot_be_reached_is_said_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    verdict = audit.audited(["--vulnerability-service", "osv"])
    assert verdict.code == audit.UNCHECKED
    assert verdict.lines[0].startswith("NOT CHECKED: the service of advisories gave no answer: ")
