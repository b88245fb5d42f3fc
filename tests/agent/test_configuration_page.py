"""The files that docs/configuration.md shows are read as it says."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from agent.configuration import load

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
SHOWN = re.compile(r"```toml\n# (\S+)\n(.*?)```", re.DOTALL)


def test_the_fleet_that_the_page_shows_is_read_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "LINE-7.example.internal")
    for name, text in SHOWN.findall(PAGE.read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = load(tmp_path / "lineside.toml")
    assert settings.agent.id == "line-7"
    assert [signal.address for signal in settings.machine[0].signal] == [0, 40]
