"""Changes that somebody began and did not publish: kept for their author alone, and forgotten after a day.

Their texts are kept for all workers. What is worked out of them is worked out at each that is asked for it.
"""

from __future__ import annotations

import asyncio
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from limen.clock import DAY, Instant, Milliseconds
from limen.company.company import Company
from limen.company.folder import MAX_ALL, Folder
from limen.company.load import company_in
from limen.company.plan import Plan
from limen.errors import LimenError
from limen.storage.kept_briefly import LONGEST, KeptBriefly, Shelf

MOST: Final = 200
MOST_EACH: Final = 10
LIVES: Final[Milliseconds] = DAY
_LONGEST_TEXTS: Final = 2 * MAX_ALL
"""Bytes of all files and what is said of them, as they are written before they are compressed."""


@dataclass(slots=True)
class Draft:
    """A candidate and where it came from. `base` is the revision it was made from, `back` where one is without it.

    `again` is the page on which it can be changed further, with what is drafted in it ("": there is none).
    `predicting` is what would happen, being worked out; `part` is how much of the past was read, 0 to 1;
    `is_dropped` tells the thread that works it out to stop.
    """

    id: str
    author: str
    said: str
    base: str
    company: Company
    back: str
    made_at: Instant
    again: str = ""
    reason: str = ""
    predicting: asyncio.Task[Plan] | None = None
    part: float = field(default=0.0)
    is_dropped: bool = False


class _Written(msgspec.Struct, frozen=True, array_like=True):
    """A draft as it is kept for all workers."""

    said: str
    base: str
    back: str
    again: str
    reason: str
    made_at: Instant
    texts: dict[str, str]


class Drafts:
    """What everybody has begun. The oldest make room for the newest."""

    def __init__(self, kept: KeptBriefly, new_id: Callable[[], str] = lambda: secrets.token_urlsafe(18)) -> None:
        self._kept = kept
        self._here: dict[str, Draft] = {}
        self._new_id = new_id

    async def keep(self, draft: Draft) -> Draft:
        """Keep it under a new id. Raises LimenError where it is too large, StorageError."""
        draft.id = self._new_id()
        texts = dict(draft.company.files)
        values = (draft.said, draft.base, draft.back, draft.again, draft.reason, draft.made_at, texts)
        written = zlib.compress(msgspec.msgpack.encode(_Written(*values)))
        if len(written) > LONGEST:
            raise LimenError(
                "The company folder is too large to be changed here",
                "change the files, and publish them with `limen apply`",
            )
        await self._kept.do(lambda rows: rows.put(_shelf(), draft.id, written, rows.now + LIVES, draft.author))
        self._hold(draft)
        return draft

    async def of(self, draft_id: str, author: str) -> Draft | None:
        """The draft, if it is this person's, as long as nobody dropped it anywhere. Raises StorageError."""
        kept = await self._kept.do(lambda rows: rows.look(_shelf(), draft_id)) if draft_id else None
        if kept is None or kept.source != author:
            if kept is None:
                self._let_go(draft_id)
            return None
        here = self._here.get(draft_id)
        if here is None:
            here = await asyncio.to_thread(_read, draft_id, author, kept.data)
            self._hold(here)
        return here

    async def drop(self, draft_id: str) -> None:
        """Nobody has it any more. Raises StorageError."""
        self._let_go(draft_id)
        await self._kept.do(lambda rows: rows.drop(_shelf(), draft_id))

    # At this worker

    def _hold(self, draft: Draft) -> None:
        self._here[draft.id] = draft
        own = [one.id for one in self._here.values() if one.author == draft.author]
        for gone in own[: max(0, len(own) - MOST_EACH)] or list(self._here)[: max(0, len(self._here) - MOST)]:
            self._let_go(gone)
        for gone in [one.id for one in self._here.values() if draft.made_at - one.made_at > LIVES]:
            self._let_go(gone)

    def _let_go(self, draft_id: str) -> None:
        draft = self._here.pop(draft_id, None)
        if draft is None:
            return
        draft.is_dropped = True
        if draft.predicting is not None:
            draft.predicting.cancel()


def _shelf() -> Shelf:
    return Shelf("drafts", MOST, MOST_EACH)


def _read(draft_id: str, author: str, compressed: bytes) -> Draft:
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(compressed, _LONGEST_TEXTS)
    said = msgspec.msgpack.decode(data, type=_Written)
    company = company_in(Folder(dict(sorted(said.texts.items())), ()))
    return Draft(
        draft_id, author, said.said, said.base, company, said.back, said.made_at, again=said.again, reason=said.reason
    )
