"""Looks into what passes: each document of a body inspected and judged, the strictest step counting for all of it.

Nothing fails open. About what a document is (encrypted, too large, of no known kind) the rules decide. What is late, or
fails, and a body that can't be taken apart, which no honest client sends, is stopped wherever a rule could stop it:
otherwise whoever sends it would choose that no rule does. At a restricted app, so is what is too large.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from limen.enforcement.documents.edges import MOST_JOINED, Edges
from limen.facts import Label
from limen.facts.passing import FAILED, Channel, Judged, Passing, Step, stops_unseen
from limen.http_bodies.codings import Readable, UnreadableError, as_far_as_readable, codings_in, undone
from limen.http_bodies.splitting import Document, documents_in
from limen.http_bodies.spool import NoRoomError, Spool
from limen.pillar.data_checks import DataChecks, InspectedDocument

LATE_SECONDS: Final = 20.0
"""So long the look may take between one piece of a body and the next, and behind the last."""

_OF_PIECES: Final = frozenset({"broken", "unknown-kind"})
"""What is said of a piece of a packed document. A restricted app gets none."""
_BREATH: Final = 2 << 20
"""After so many bytes others have their turn."""
WHOLE: Final = -1
NOT_KNOWN: Final = -2
"""In place of a number: the whole body as it is, and something that is not known again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one document, by its number in the body. `digest` stands for its content where it is asked for:
    equal contents have equal ones under one key; b"" where it is not known.
    """

    passing: Passing
    field: str
    inspected: Any
    judged: Judged
    number: int
    digest: bytes = b""


class Held:
    """A body on its way, held as it is read: whoever looks into it reads from here, and it is passed on from here."""

    def __init__(self, source: AsyncIterator[bytes], spool: Spool) -> None:
        self._source, self._spool = source, spool
        self._has_ended = False
        self._not_held: bytes = b""
        self.wrong: BaseException | None = None
        """What went wrong with the source: no failure of the look."""
        self.waits: Callable[[bool], None] = lambda _does: None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The next pieces, each held before it is given; where this is one of many bodies, after the end of the last.

        Raises UnreadableError where it is too large to be held.
        """
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

    async def so_far(self) -> AsyncIterator[bytes]:
        """What is held by now. Others have their turn meanwhile."""
        read = 0
        for piece in self._spool.read():
            read += len(piece)
            if read > _BREATH:
                read = 0
                await asyncio.sleep(0)
            yield piece


class Looking:
    """Looks into bodies by the checks of data protection. `key` keys the digests."""

    def __init__(self, checks: DataChecks, key: bytes, late_seconds: float = LATE_SECONDS) -> None:
        self.checks = checks
        self._key, self._late = key, late_seconds

    async def body(
        self,
        passing: Passing,
        held: Held,
        content_type: bytes,
        content_encoding: bytes = b"",
        edges: list[Edges] | None = None,
    ) -> list[Looked]:
        """Each document of a body, looked into. Raises what the source of `held` raised.

        `edges`: the body may be a piece of an upload, and it is noted there how its documents begin and end.
        """
        looked: list[Looked] = []
        is_piece = edges is not None
        try:
            async with asyncio.timeout(self._late) as limit:
                held.waits = lambda does: limit.reschedule(
                    None if does else asyncio.get_running_loop().time() + self._late
                )
                codings = codings_in(content_encoding)
                try:
                    plain = undone(held.pieces(), codings)
                    async for one in documents_in(plain, content_type, passing.name):
                        readable = Readable(one.body)
                        edge = Edges()
                        whole = replace(one, body=edge.noted(readable.pieces()))
                        looked.append(await self._document(passing, whole, len(looked), is_piece=is_piece))
                        if edges is not None and len(edges) < MOST_JOINED:
                            edges.append(edge)
                        if readable.wrong is not None:  # what was read before it stands in what was found
                            raise readable.wrong
                    await _drained(held.pieces())  # what the look had no need of
                    if codings and passing.channel is Channel.UPLOAD:
                        looked.append(await self._coded(passing, held))
                except UnreadableError as wrong:
                    if held.wrong is None:
                        looked.extend(await self._unreadable(passing, held, wrong.why, codings))
        except TimeoutError:
            if held.wrong is None:
                looked.append(self._failed(passing, "timed-out"))
        finally:
            held.waits = lambda _does: None
        if held.wrong is not None:
            raise held.wrong
        return [*looked, *self._together(passing, looked)]

    def _together(self, passing: Passing, looked: list[Looked]) -> list[Looked]:
        """All documents of a body as one, where that is judged more strictly than each by itself: rules count."""
        found = [one for one in looked if one.inspected.where]
        if len(found) < 2:
            return []
        one = self.as_one(found)
        return [replace(one, passing=passing)] if one.judged.step > max(each.judged.step for each in looked) else []

    def as_one(self, several: Sequence[Looked]) -> Looked:
        """Several documents of a body, judged as one."""
        passing = several[0].passing
        inspected = self.checks.together([(one.passing.name, one.inspected) for one in several])
        judged = self._judged(passing, inspected)
        strictest = max((one.judged for one in several), key=lambda one: one.step)
        return Looked(passing, "", inspected, judged if judged.step >= strictest.step else strictest, WHOLE)

    async def identified(
        self, looked: list[Looked], held: Held, content_type: bytes, content_encoding: bytes = b""
    ) -> list[Looked]:
        """These documents with digests, by which they are known again. Only what was stopped is taken apart once more:
        a digest costs as much as all else that is done about a body.
        """
        digests = dict[int, bytes]()
        with suppress(UnreadableError, TimeoutError):
            async with asyncio.timeout(self._late):
                await self._digests(looked, held, content_type, content_encoding, digests)
        return [replace(one, digest=digests.get(one.number, b"")) for one in looked]

    async def _digests(
        self, looked: list[Looked], held: Held, content_type: bytes, coding: bytes, digests: dict[int, bytes]
    ) -> None:
        """Add the digests by the numbers of their documents. Raises UnreadableError."""
        if any(one.number == WHOLE for one in looked):
            digests[WHOLE] = await self._digest(held.so_far())
        plain = undone(held.so_far(), codings_in(coding))
        number = 0
        async for one in documents_in(plain, content_type, looked[0].passing.name if looked else ""):
            digests[number] = await self._digest(one.body)
            number += 1

    async def text(self, passing: Passing, text: bytes, *, is_known: bool = False) -> Looked:
        """A message, or a piece of something that has no end. `is_known`: it is known again, as documents are."""
        try:
            async with asyncio.timeout(self._late):
                looked = await self._document(passing, Document(passing.name, "", _once(text)), NOT_KNOWN)
                return replace(looked, digest=await self._digest(_once(text))) if is_known else looked
        except TimeoutError:
            return self._failed(passing, "timed-out")

    def not_read(self, passing: Passing) -> Looked:
        """In place of what there was no room for."""
        return self._failed(passing, "timed-out")

    def _failed(self, passing: Passing, why: str, number: int = NOT_KNOWN) -> Looked:
        """In place of a document: the look was late, or the body can't be taken apart."""
        inspected = self.checks.not_inspected(why)
        return Looked(passing, "", inspected, self._judged(passing, inspected, frozenset({why})), number)

    async def _document(self, passing: Passing, document: Document, number: int, *, is_piece: bool = False) -> Looked:
        passing = replace(passing, name=document.name or passing.name)
        wrong: BaseException | None = None

        async def watched() -> AsyncIterator[bytes]:
            nonlocal wrong
            try:
                async for piece in document.body:
                    yield piece
            except BaseException as failure:
                wrong = failure
                raise

        pieces = watched()
        try:
            owner = passing.person or passing.app
            inspected = await self.checks.inspect(pieces, document.name, owner, _among(passing))
        except TimeoutError:
            raise
        except Exception as failure:  # noqa: BLE001 -- whatever went wrong, rules decide about it
            if wrong is None:
                _log.warning("what passes could not be looked into: %s", type(failure).__name__)
                inspected = self.checks.not_inspected("failed")
        if wrong is not None:
            raise wrong from None
        await _drained(pieces)  # what it had no need of
        judged = self._judged(passing, inspected, is_piece=is_piece)
        return Looked(passing, document.where, inspected, judged, number)

    async def _coded(self, passing: Passing, held: Held) -> Looked:
        """A body with its codings: an app that undoes none stores what they leave room for, such as remarks. That it
        can't be read as it is says nothing: it was, without them.
        """
        coded = await self._document(passing, Document(passing.name, "", held.so_far()), WHOLE)
        inspected = replace(coded.inspected, why_not=coded.inspected.why_not & FAILED)
        return replace(coded, inspected=inspected, judged=self._judged(passing, inspected))

    async def _unreadable(self, passing: Passing, held: Held, why: str, codings: tuple[str, ...]) -> list[Looked]:
        """A body that can't be taken apart: for that, as it is held, and without its codings as far as that goes."""
        if why == "too-large":
            return [self._failed(passing, why)]
        await _drained(held.pieces())
        looked = [await self._document(passing, Document(passing.name, "", held.so_far()), WHOLE)]
        if codings:
            decoded = as_far_as_readable(held.so_far(), codings)
            looked.append(await self._document(passing, Document(passing.name, "", decoded), WHOLE))
        return [*looked, self._failed(passing, why, WHOLE)]

    async def _digest(self, body: AsyncIterator[bytes]) -> bytes:
        digest = blake2b(key=self._key, digest_size=16)
        async for piece in body:
            digest.update(piece)
        return digest.digest()

    def _judged(
        self,
        passing: Passing,
        inspected: InspectedDocument,
        failed: frozenset[str] = frozenset(),
        *,
        is_piece: bool = False,
    ) -> Judged:
        failed = failed or frozenset(inspected.why_not & FAILED)
        unseen = failed | inspected.why_not & _OF_PIECES if is_piece else failed
        try:
            judged = self.checks.judge(passing, inspected)
            why = unseen if passing.label is Label.RESTRICTED else failed
            is_stopped = stops_unseen(passing.label, why, lambda: self.checks.stops(passing))
        except Exception as failure:  # noqa: BLE001 -- whatever went wrong, it may not pass
            _log.warning("what passes could not be judged: %s", type(failure).__name__)
            return Judged(Step.BLOCK)
        if is_stopped and judged.step < Step.BLOCK:
            return replace(judged, step=Step.BLOCK, may_justify=False)
        return judged


def _among(passing: Passing) -> str:
    """Who may notice that a document came before: whoever gets it from the app, which many do; otherwise its sender."""
    if passing.channel is Channel.DOWNLOAD:
        return f"app {passing.app}"
    return f"person {passing.person}" if passing.person else ""


async def _drained(body: AsyncIterator[bytes]) -> None:
    async for _ in body:
        pass


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
