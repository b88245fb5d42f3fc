"""No secret is ever in the log: planted ones, sent to an agent that runs by every way in, also by wrong ones."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.agent.processes import a_free_port, an_agent, asked, configuration
from tests.core.test_codes_badges import DISGUISES

pytestmark = pytest.mark.timeout(90)
BADGE, PIN, PASSWORD, TOKEN = "4711081516", "8642097531", "9753102468", "1928374650"
"""So long that no time and no id holds them by chance."""
BADGES = (f"BDG:{BADGE}", f"]C0BDG:{BADGE}", *(text.replace("4711", BADGE) for text in DISGUISES))

HERE = {"wc_id": "PRESS-1"}


def requests() -> list[tuple[str, bytes]]:
    """By every route that takes something, well made and not."""
    bodies = [
        *(("/v1/scans", {"client_id": f"scan-{n:04}", **HERE, "text": text}) for n, text in enumerate(BADGES)),
        *(("/v1/explain", {**HERE, "text": text}) for text in BADGES),
        ("/v1/sign-ons", {"client_id": "pin-0001", **HERE, "operator_id": "anna", "pin": PIN}),
        ("/v1/sign-ons", {"client_id": "pin-0002", **HERE, "operator_id": BADGE, "pin": PIN}),
        ("/v1/sign-ons", {"client_id": "pin-0003", **HERE, "operator_id": "anna", "pin": {PIN: PIN}}),
        (
            "/v1/entries",
            {"client_id": "entry-01", **HERE, "action": "sign_on", "arguments": {"x": BADGES[0]}},
        ),
        ("/v1/entries", {"client_id": "entry-02", "wc_id": PIN, "action": "sign_on", BADGE: PIN}),
    ]
    found = [(f"POST {path}", json.dumps(body).encode()) for path, body in bodies]
    return [*found, ("POST /v1/scans", f"no JSON {BADGE} {PIN}".encode()), (f"GET /v1/{BADGE}?pin={PIN}", b"")]


async def thrown(path: Path, octets: bytes) -> None:
    """What is no HTTP."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(octets)
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_an_agent_that_runs_tells_no_badge_pin_password_or_token(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o600)
    login = f'[mes]\nusername = "edge"\npassword_file = "{tmp_path}/password"'
    text = configuration(tmp_path, None, a_free_port()).replace("[mes]", login)
    async with an_agent(tmp_path, text) as agent:
        await agent.manager.hears("READY=1")
        path = tmp_path / "agent.sock"
        for request, body in requests():
            await asked(path, request, body)
        head = f"Host: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        for line in (f"GET /v1/status HTTP/1.1\r\n{head}\r\n", f"POST /v1/entries HTTP/1.1\r\n{head}{PIN}\x00\r\n\r\n"):
            await thrown(path, line.encode())
        await thrown(path, f"{BADGE} {PIN} {TOKEN}\r\n\r\n".encode())
        await agent.says("broker_lost")
        assert (await agent.stopped())[0] == 0
    assert [secret for secret in (BADGE, PIN, PASSWORD, TOKEN) if secret in agent.log] == []
