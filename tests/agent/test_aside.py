from __future__ import annotations

import asyncio
import os
import threading

from agent import aside


async def test_a_pin_is_checked_while_more_lookups_wait_for_a_silent_name_server_than_asyncio_has_threads() -> None:
    aside.make_room()
    answered, loop = threading.Event(), asyncio.get_running_loop()
    usual = min(32, (os.cpu_count() or 1) + 4)
    lookups = [loop.run_in_executor(None, answered.wait) for _ in range(usual)]
    try:
        async with asyncio.timeout(10):
            assert await asyncio.to_thread(lambda: "checked") == "checked"
    finally:
        answered.set()
    await asyncio.gather(*lookups)
