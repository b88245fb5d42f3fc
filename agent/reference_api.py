"""The part of the local API that says what the local API is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import orjson
from aiohttp import web

from agent import VERSION
from agent.api_page import page
from agent.core.contract.openapi import openapi
from agent.problems import Handler


class ReferenceApi:
    """Made anew each time, beside the loop: it is asked for seldom, and is larger than what the agent keeps."""

    def handlers(self) -> Mapping[str, Handler]:
        """By route."""
        return {"openapi": self._openapi, "docs": self._docs}

    async def _openapi(self, _request: web.Request) -> web.Response:
        made = await asyncio.to_thread(openapi, VERSION)
        return web.Response(body=orjson.dumps(made), content_type="application/json")

    async def _docs(self, _request: web.Request) -> web.Response:
        made = await asyncio.to_thread(lambda: page(openapi(VERSION)))
        return web.Response(text=made, content_type="text/html")
