"""A FAKE of Microsoft Teams: what the trigger of a workflow "When a Teams webhook request is received" takes.

As Microsoft's guide to webhooks by Workflows has it, and the schema of Adaptive Cards: a POST with `type: message` and
one card, and 202 without a body. How it answers what is wrong is guessed. It speaks TLS as the name that the address
has, so that nothing of what is sent, and of how it is verified, differs from the real one.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from agent.tests.fake_limen import self_signed
from aiohttp import web

HOST = "prod-01.westeurope.logic.azure.com"
PATH = "/workflows/0a1b2c3d4e5f/triggers/manual/paths/invoke"
ADDRESS = f"https://{HOST}:443{PATH}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcDEF-123_x"
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass
class Teams:
    """`cards` are those that it took. `status` is what it answers instead of taking one."""

    cards: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    status: int = 202

    async def take(self, request: web.Request) -> web.Response:
        said = json.loads(await request.text())
        self.queries.append(dict(request.query))
        if request.method != "POST" or request.path != PATH or request.query.get("sig") != "abcDEF-123_x":
            return web.json_response({"error": {"code": "DirectApiAuthorizationRequired"}}, status=401)
        (attachment,) = said["attachments"]
        if said["type"] != "message" or attachment["contentType"] != CARD:
            return web.json_response({"error": {"code": "TriggerInputSchemaMismatch"}}, status=400)
        if self.status == 202:
            self.cards.append(attachment["content"])
        return web.Response(status=self.status)

    def texts(self) -> list[str]:
        """The text of each block of each card."""
        return [block["text"] for card in self.cards for block in card["body"] if block["type"] == "TextBlock"]


@asynccontextmanager
async def teams(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Teams]:
    """A running one, which programs of this process reach by Microsoft's name, and believe."""
    made = Teams()
    certificate, key = self_signed(folder / "teams", HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    real = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1", port, *rest[1:], **more) if host == HOST else real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    try:
        yield made
    finally:
        await runner.cleanup()
