"""Copies what other nodes hold of the journal: one question to each of them is always open, and what comes is checked
line by line before it counts.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from limen.clock import Clock, Instant
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.nodes.certificates import host_of, shown_key
from limen.nodes.model import Node, an_address
from limen.nodes.wire import CHAIN_NAME, LINES_BYTES, Answer, Asked, MalformedError, part, receive, send
from limen.storage.errors import CopyRefusedError, StorageError
from limen.storage.journal.copies import Copies

WAIT_MS: Final = 5_000
ANSWER_SECONDS: Final = 20.0
"""A node that says nothing for so long is not there."""
CONNECT_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 0.5
AT_MOST_SECONDS: Final = 5.0
REFUSED_SECONDS: Final = 60.0
"""How long a chain is left alone at a node after what came was not how it goes on."""

_log: Final = logging.getLogger("limen.nodes")


@dataclass(slots=True)
class Seen:
    """How it stands with another node: since when it answers (0: it does not), when it last did, and what is wrong."""

    since: Instant = 0
    at: Instant = 0
    wrong: str = ""


class Copying:
    """The connection to one other node, made again for as long as it takes."""

    def __init__(
        self,
        node: Node,
        own: Node,
        copies: Copies,
        context: Callable[[], ssl.SSLContext],
        clock: Clock,
        record: Callable[[Event], object],
    ) -> None:
        self.node = node
        self.seen = Seen()
        self._own = own
        self._copies = copies
        self._context = context
        self._clock = clock
        self._record = record
        self._left_alone: dict[str, float] = {}
        self._task = asyncio.create_task(self._run(), name=f"copy from node {node.name}")

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = AGAIN_SECONDS
        while True:
            try:
                await self._follow()
            except (OSError, EOFError, MalformedError, LimenError) as error:
                pause = AGAIN_SECONDS if self.seen.since else min(pause * 2, AT_MOST_SECONDS)
                self._is_away(str(error) or type(error).__name__)
            except Exception as error:  # noqa: BLE001 -- whatever it was, the other is asked again
                _log.exception("node %s could not be followed", self.node.name)
                self._is_away(type(error).__name__)
            await asyncio.sleep(pause)

    def _is_away(self, why: str) -> None:
        if self.seen.since or self.seen.wrong == "":
            _log.warning("node %s can't be reached: %s", self.node.name, why)
        self.seen.since, self.seen.wrong = 0, why[:200]

    async def _follow(self) -> None:
        host, port = an_address(self.node.address)
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                host, port, ssl=self._context(), server_hostname=host_of(self.node.name), limit=1 << 17
            )
        try:
            secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
            if not self.node.key or shown_key(secured.getpeercert(binary_form=True)) != self.node.key:
                raise MalformedError("it shows another key than the one it registered")
            await self._ask(reader, writer, wait_ms=0)  # so that it is known at once whether it answers
            while True:
                await self._ask(reader, writer, WAIT_MS)
        finally:
            writer.transport.abort()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait_ms: int) -> None:
        has = self._copies.has()
        async with asyncio.timeout(ANSWER_SECONDS):
            await send(writer, Asked(has, (self._own.chain,), wait_ms))
            answer = await receive(reader, Answer)
            if sum(one.beginning + one.lines for one in answer.chains) > LINES_BYTES:
                raise MalformedError("an answer is too long")
            parts = [
                (one.writer, await part(reader, one.beginning), await part(reader, one.lines)) for one in answer.chains
            ]
        now = self._clock.now()
        if not self.seen.since:
            self.seen.since = now
            _log.warning("node %s answers", self.node.name)
        self.seen.at, self.seen.wrong = now, ""
        took = False
        for chain, begins, lines in parts:
            took = await asyncio.get_running_loop().run_in_executor(None, self._take, chain, begins, lines) or took
        if parts and not took:
            await asyncio.sleep(AGAIN_SECONDS)  # what is left alone comes again with each answer

    def _take(self, chain: str, begins: bytes, lines: bytes) -> bool:
        """Keep what came of a chain. One that does not hold stops no other."""
        if not CHAIN_NAME.fullmatch(chain) or self._own.writes(chain):
            raise MalformedError("it speaks of a chain that is none of its")
        if self._left_alone.get(chain, 0.0) > self._clock.monotonic():
            return False
        try:
            if begins:
                self._copies.begin_at(chain, begins)
            elif lines:
                self._copies.take(chain, lines)
        except CopyRefusedError as error:
            self._leave_alone(chain, error)
            return False
        except (StorageError, OSError) as error:
            self._left_alone[chain] = self._clock.monotonic() + AT_MOST_SECONDS
            _log.error("journal %s can't be copied: %s", chain, error)
            return False
        return True

    def _leave_alone(self, chain: str, error: CopyRefusedError) -> None:
        is_known = chain in self._left_alone
        self._left_alone[chain] = self._clock.monotonic() + REFUSED_SECONDS
        if is_known:
            return
        _log.error("node %s: %s", self.node.name, error.what)
        self._record(
            Event(
                at=self._clock.now(),
                kind="journal.damaged",
                outcome=Outcome.FAILURE,
                reason="copy-refused",
                details={"writer": chain, "node": self.node.name, "line": self._copies.has().get(chain, 0) + 1},
            )
        )
