"""A badge's text is on no disk and no screen of the agent: not in its journal, nor in a recording."""

from __future__ import annotations

from pathlib import Path

from agent.recording import MB, Wish
from tests.agent.parts import an_intake, scan

TEXT = "0080-4711-6142"


async def test_a_badge_leaves_nothing_of_its_text_in_journal_and_recording(tmp_path: Path) -> None:
    async with an_intake(tmp_path, wish=Wish(tmp_path / "recording", 10 * MB)) as running:
        reply = await running.intake.submit(scan(f"BDG:{TEXT}", client_id="scan-0001"))
        assert reply is not None
        assert reply.accepted
        await running.intake.take([scan(f"BDG:{TEXT}")])
    written = files_in(tmp_path)
    assert any("recording" in name for name in written)
    assert [name for name, octets in written.items() if TEXT.encode() in octets] == []


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
