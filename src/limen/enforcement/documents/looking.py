"""Looks into what passes: each document of a body inspected and judged, the strictest step counting for all of it.

Nothing fails open: what is late, or fails, is a document that could not be looked into, about which the rules decide;
at a restricted app it is stopped, whatever they say.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from limen.enforcement.documents.codings import UnreadableError, codings_in, undone
from limen.enforcement.documents.splitting import documents_in
from limen.enforcement.documents.spool import NoRoomError, Spool
from limen.facts import Label
from limen.facts.passing import Judged, Passing, Step
from limen.pillar.data_checks import DataChecks

LATE_SECONDS: Final = 20.0
"""So long the look may take between one piece of a body and the next, and behind the last."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one document. `digest` stands for its content: equal contents have equal ones under one key.

    `failed` says why the look itself failed, a word of `data.documents.WhyNot`; "" where it did not.
    """

    passing: Passing
    field: str
    inspected: Any
    judged: Judged
    digest: bytes
    failed: str = ""


class Held:
    """A body on its way, held as it is read: whoever looks into it reads from here, and it is passed on from here."""

    def __init__(self, source: AsyncIterator[bytes], spool: Spool, before: bytes = b"") -> None:
        self._source, self._spool = source, spool
        self._before = before
        self._has_ended = False
        self._not_held: bytes = b""
        self.wrong: BaseException | None = None
        """What went wrong with the source: no failure of the look."""
        self.waits: Callable[[bool], None] = lambda _does: None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The next pieces, each held before it is given; where this is one of many bodies, after the end of the last.

        Raises UnreadableError where it is too large to be held.
        """
        if self._before:
            before, self._before = self._before, b""
            yield before
        while not self._has_ended:
            self.waits(True)
            try:
                piece = await anext(self._source, None)
            except BaseException as wrong:
                self.wrong = wrong
                raise
            finally:
                self.waits(False)
            if piece is None:
                self._has_ended = True
                return
            try:
                self._spool.write(piece)
            except NoRoomError as none:
                if not none.is_too_large:
                    self.wrong = none
                    raise
                self._not_held = piece
                raise UnreadableError("too-large") from None
            except OSError as wrong:
                self.wrong = wrong
                raise
            yield piece

    async def all_of_it(self) -> AsyncIterator[bytes]:
        """The whole body as it came: what is held, and what was not read yet."""
        for piece in self._spool.read():
            yield piece
        if self._not_held:
            yield self._not_held
        async for piece in self._source:
            yield piece

    async def unread(self) -> AsyncIterator[bytes]:
        """What was not read yet."""
        async for piece in self._source:
            yield piece

    async def held_so_far(self) -> AsyncIterator[bytes]:
        for piece in self._spool.read():
            yield piece


class Looking:
    """Looks into bodies by the checks of data protection. `key` keys the digests."""

    def __init__(self, checks: DataChecks, key: bytes, late_seconds: float = LATE_SECONDS) -> None:
        self.checks = checks
        self._key, self._late = key, late_seconds

    async def body(
        self, passing: Passing, held: Held, content_type: bytes, content_encoding: bytes = b""
    ) -> list[Looked]:
        """Each document of a body, looked into. Raises what the source of `held` raised."""
        looked: list[Looked] = []
        try:
            async with asyncio.timeout(self._late) as limit:
                held.waits = lambda does: limit.reschedule(
                    None if does else asyncio.get_running_loop().time() + self._late
                )
                try:
                    plain = undone(held.pieces(), codings_in(content_encoding))
                    async for one in documents_in(plain, content_type, passing.name):
                        found = await self._document(passing, one.name, one.where, one.body)
                        looked.append(found)
                    async for _ in held.pieces():  # what the look had no need of
                        pass
                except UnreadableError as wrong:
                    if held.wrong is None:
                        looked.extend(await self._unreadable(passing, held, wrong.why))
        except TimeoutError:
            if held.wrong is None:
                looked.append(self._failed(passing, "timed-out"))
        finally:
            held.waits = lambda _does: None
        if held.wrong is not None:
            raise held.wrong
        return looked

    async def text(self, passing: Passing, text: bytes) -> Looked:
        """A message, or a piece of something that has no end."""
        try:
            async with asyncio.timeout(self._late):
                return await self._document(passing, passing.name, "", _once(text))
        except TimeoutError:
            return self._failed(passing, "timed-out")

    def _failed(self, passing: Passing, why: str, digest: bytes = b"") -> Looked:
        inspected = self.checks.not_inspected(why)
        return Looked(passing, "", inspected, self._judged(passing, inspected, failed=True), digest, why)

    async def _document(self, passing: Passing, name: str, where: str, body: AsyncIterator[bytes]) -> Looked:
        passing = replace(passing, name=name or passing.name)
        digest = blake2b(key=self._key, digest_size=16)
        wrong: BaseException | None = None

        async def digested() -> AsyncIterator[bytes]:
            nonlocal wrong
            try:
                async for piece in body:
                    digest.update(piece)
                    yield piece
            except BaseException as failure:
                wrong = failure
                raise

        pieces = digested()
        try:
            inspected = await self.checks.inspect(pieces, name)
            async for _ in pieces:  # what it had no need of counts for the digest all the same
                pass
        except (UnreadableError, TimeoutError):
            raise
        except Exception as failure:  # noqa: BLE001 -- whatever went wrong, rules decide about it
            if wrong is not None:
                raise wrong from None
            _log.warning("what passes could not be looked into: %s", type(failure).__name__)
            async for _ in pieces:
                pass
            return replace(self._failed(passing, "failed", digest.digest()), field=where)
        return Looked(passing, where, inspected, self._judged(passing, inspected, failed=False), digest.digest())

    async def _unreadable(self, passing: Passing, held: Held, why: str) -> list[Looked]:
        """A body that can't be taken apart: for that, and as far as it is held as it is."""
        if why == "too-large":
            return [self._failed(passing, why)]
        async for _ in held.pieces():
            pass
        whole = await self._document(passing, passing.name, "", held.held_so_far())
        return [whole, self._failed(passing, why, whole.digest)]

    def _judged(self, passing: Passing, inspected: Any, *, failed: bool) -> Judged:
        try:
            judged = self.checks.judge(passing, inspected)
        except Exception as failure:  # noqa: BLE001 -- whatever went wrong, it may not pass
            _log.warning("what passes could not be judged: %s", type(failure).__name__)
            return Judged(Step.BLOCK)
        if failed and passing.label is Label.RESTRICTED and judged.step < Step.BLOCK:
            return replace(judged, step=Step.BLOCK, may_justify=False)
        return judged


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
