"""Talking to a running Caddy over its admin socket, which only Limen's own user can reach."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any, Final

import aiohttp

from limen.errors import LimenError

SECONDS: Final = 20.0
"""Loading new hosts waits for no certificate, so a longer answer is none."""
LONGEST_ANSWER_BYTES: Final = 131_072


async def is_answering(socket: Path) -> bool:
    """Whether a Caddy listens on `socket`."""
    try:
        status, _ = await _ask(socket, "GET", "/config/admin", seconds=2)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
    return status == 200


async def load(socket: Path, config: dict[str, Any]) -> None:
    """Have Caddy take `config` over without letting go of what is open; files it names are read anew.

    Raises LimenError where Caddy refuses it, and then goes on with the one before, or where it does not answer.
    """
    try:
        status, said = await _ask(socket, "POST", "/load", config)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise LimenError(
            f"the front isn't responding ({type(error).__name__})", "retrying; see its earlier messages"
        ) from None
    if status != 200:
        raise LimenError(f"the front rejected its new configuration: {_error_in(said)}", "it keeps the previous one")


async def goroutines(socket: Path) -> int:
    """How many goroutines Caddy has: the measure of what it holds. Raises LimenError where it does not tell."""
    try:
        status, said = await _ask(socket, "GET", "/metrics", seconds=2)
    except (aiohttp.ClientError, OSError, TimeoutError):
        status, said = 0, b""
    found = _GOROUTINES.search(said)
    if status != 200 or found is None:
        raise LimenError("the front does not tell how much it holds", "retrying; see its earlier messages")
    return int(float(found[1]))


_GOROUTINES: Final = re.compile(rb"^go_goroutines ([0-9.e+]+)$", re.MULTILINE)


async def stop(socket: Path) -> None:
    """Have Caddy end itself, and return when it no longer answers; after a while also when it still does."""
    try:
        await _ask(socket, "POST", "/stop", seconds=5)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return
    for _ in range(50):
        if not await is_answering(socket):
            return
        await asyncio.sleep(0.1)


async def _ask(
    socket: Path, method: str, path: str, body: dict[str, Any] | None = None, seconds: float = SECONDS
) -> tuple[int, bytes]:
    connector = aiohttp.UnixConnector(str(socket))
    timeout = aiohttp.ClientTimeout(total=seconds)
    fields = {"Cache-Control": "must-revalidate"}  # also a configuration that reads the same is loaded anew
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
        session.request(method, f"http://front{path}", json=body, headers=fields) as response,
    ):
        said = b""
        while len(said) < LONGEST_ANSWER_BYTES and (more := await response.content.read(LONGEST_ANSWER_BYTES)):
            said += more
        return response.status, said


def _error_in(said: bytes) -> str:
    try:
        text = str(json.loads(said)["error"])
    except (ValueError, KeyError, TypeError):
        text = said.decode("utf-8", "replace")
    return text[:400]
