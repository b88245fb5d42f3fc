"""A small MQTT 3.1.1 broker for machines without Mosquitto: `python embedded_broker.py PORT`, on loopback only.

It keeps sessions and retained messages in memory, so they are gone when it stops.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig


async def _serve(port: int) -> None:
    config = BrokerConfig(
        listeners={"default": ListenerConfig(bind=f"127.0.0.1:{port}", max_connections=-1)},
        # Lets everyone in, as AnonymousAuthPlugin does, but does not mark them: amqtt drops the session of a client
        # marked anonymous as soon as it disconnects.
        plugins={"amqtt.plugins.base.BaseAuthPlugin": {}},
    )
    await Broker(config).start()
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_serve(int(sys.argv[1])))
