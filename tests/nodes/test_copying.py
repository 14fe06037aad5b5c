"""A node that lies to the one that copies from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from limen.clock import SystemClock
from limen.events import Event
from limen.nodes.certificates import new_own_key
from limen.nodes.copying import Copying
from limen.nodes.model import Node
from limen.nodes.wire import Answer, Asked, Told, receive, send
from limen.private_authority import new_authority
from limen.storage.errors import CopyRefusedError

AUTHORITY = new_authority("Harbor: nodes", SystemClock().now()).authority
KEYS = {name: new_own_key(AUTHORITY, name, SystemClock().now()) for name in "ab"}
OWN = Node("b", "127.0.0.1:1", "d1")


class Copies:
    """Takes what begins with `good`."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []

    def has(self) -> dict[str, int]:
        return {}

    def take(self, writer: str, lines: bytes) -> int:
        if not lines.startswith(b"good"):
            raise CopyRefusedError(writer, "line 1 has a body that was changed")
        self.taken.append((writer, lines))
        return 1


def told(answers: list[tuple[str, bytes]], is_over: Callable[[Any, list[Event]], bool], key: str = "") -> Any:
    """A node that answers the first question so, and what came of it once that is so."""

    async def story() -> tuple[Copies, list[Event], Copying]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await receive(reader, Asked)
                heads = tuple(Told(name, 0, len(lines)) for name, lines in answers)
                await send(writer, Answer(heads), *[lines for _, lines in answers])
                await reader.read()
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=KEYS["a"].server)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        node = Node("a", address, "d1", key or KEYS["a"].shown)
        copies, said = Copies(), list[Event]()
        copying = Copying(node, OWN, copies, lambda: KEYS["b"].client, SystemClock(), said.append)  # type: ignore[arg-type]
        async with asyncio.timeout(15):
            while not is_over(SimpleNamespace(copies=copies, seen=copying.seen), said):  # noqa: ASYNC110 -- of threads
                await asyncio.sleep(0.01)
        await copying.close()
        server.close()
        return copies, said, copying

    return asyncio.run(story())


def test_a_chain_that_does_not_hold_is_said_once_and_stops_no_other() -> None:
    copies, said, _ = told([("a-d1", b"forged"), ("c-d1", b"good")], lambda now, said: now.copies.taken and said)
    assert copies.taken == [("c-d1", b"good")]
    assert [(event.kind, event.reason, event.details["writer"]) for event in said] == [
        ("journal.damaged", "copy-refused", "a-d1")
    ]


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".", "A", "b-d1", "b-d1-2", "a" * 41])
def test_no_other_folder_and_no_own_chain_is_written_to(name: str) -> None:
    copies, said, _ = told([(name, b"good")], lambda now, _said: now.seen.wrong)
    assert (copies.taken, said) == ([], [])


def test_a_node_that_shows_another_key_is_not_asked() -> None:
    _, _, copying = told([("a-d1", b"good")], lambda now, _said: now.seen.wrong, key="f" * 64)
    assert "key" in copying.seen.wrong


def test_a_node_that_has_nothing_new_answers() -> None:
    _, _, copying = told([], lambda now, _said: now.seen.since or now.seen.wrong)
    assert copying.seen.since > 0
