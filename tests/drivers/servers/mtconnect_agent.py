"""A small MTConnect agent over HTTP: `current` and `sample`, a short buffer, and restarts. Arguments: its port."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from tests.drivers.servers.commands import commands

BUFFER = 8
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
STREAMS = '<m:MTConnectStreams xmlns:m="urn:mtconnect.org:MTConnectStreams:1.5">'


class Agent:
    """What it observed: triples of item, category and XML."""

    def __init__(self) -> None:
        self.instance = 1
        self.echoes = False
        """The next answer with observations comes again, before that to the request behind it."""
        self.seen: list[tuple[str, str, str]] = []

    def observe(self, item: str, category: str, tag: str, text: str, **attributes: str) -> None:
        told = {"dataItemId": item, "sequence": str(len(self.seen) + 1), "timestamp": stamp(), **attributes}
        words = " ".join(f"{name}={quoteattr(value)}" for name, value in told.items())
        self.seen.append((item, category, f"<{tag} {words}>{escape(text)}</{tag}>"))

    def answer(self, target: str) -> tuple[int, str]:
        parts = urlsplit(target)
        path = parts.path.removeprefix("/press")
        if path == "/current":
            latest = {item: (category, xml) for item, category, xml in self.seen}
            return 200, self.streams(list(latest.values()), len(self.seen) + 1)
        if path != "/sample":
            return 404, self.refusal("NO_DEVICE")
        asked = parse_qs(parts.query)
        first, count = int(asked["from"][0]), int(asked["count"][0])
        if not max(len(self.seen) - BUFFER, 0) < first <= len(self.seen) + 1:
            return 404, self.refusal("OUT_OF_RANGE")
        some = [(category, xml) for _, category, xml in self.seen[first - 1 : first - 1 + count]]
        return 200, self.streams(some, first + len(some))

    def refusal(self, code: str) -> str:
        head = f'<Header instanceId="{self.instance}" />'
        error = f'<Error errorCode="{code}">as asked</Error>'
        return f"{HEAD}<MTConnectError>{head}<Errors>{error}</Errors></MTConnectError>"

    def streams(self, some: list[tuple[str, str]], next_sequence: int) -> str:
        head = (
            f'<m:Header instanceId="{self.instance}" nextSequence="{next_sequence}" lastSequence="{len(self.seen)}" />'
        )
        body = "".join(f"<{category}>{xml}</{category}>" for category, xml in some)
        stream = f"<Streams><DeviceStream><ComponentStream>{body}</ComponentStream></DeviceStream></Streams>"
        return f"{HEAD}{STREAMS}{head}{stream}</m:MTConnectStreams>"


def stamp() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def main(port: int) -> None:
    agent = Agent()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        echo = b""
        while request := await reader.readline():
            while (await reader.readline()).strip():
                pass
            status, text = agent.answer(request.split()[1].decode())
            body = text.encode()
            head = f"HTTP/1.1 {status} OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            writer.write(echo + head)
            echo = b""
            writer.write(body)
            if agent.echoes and b"dataItemId" in body:
                agent.echoes, echo = False, head + body
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        async for command in commands():
            agent.echoes = "twice" in command
            if "restart" in command:
                agent.instance, agent.seen = agent.instance + 1, []
            for item, category, tag, text, attributes in command.get("observe", ()):
                agent.observe(item, category, tag, text, **attributes)


asyncio.run(main(int(sys.argv[1])))
