"""Imports that somebody began at the console: kept for all workers, for their author alone, and for an hour.

What is kept of an export has no secrets in it any more. It is read once, at the worker that it was sent to; how far
that is, is kept as well, so that every worker can show it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import msgspec

from limen.clock import HOUR, MINUTE, Instant, Milliseconds
from limen.errors import LimenError
from limen.importing.export import parse_export
from limen.importing.importing import Imported, understood
from limen.importing.model import Wishes
from limen.importing.readers import READERS
from limen.importing.redacting import without_secrets
from limen.importing.report import Account, Effect, Verdict
from limen.importing.report_text import rows
from limen.importing.uploaded import files_in
from limen.storage.kept_briefly import LONGEST, KeptBriefly, Shelf

LIVES: Final[Milliseconds] = HOUR
STALLED: Final[Milliseconds] = 2 * MINUTE
"""After so long without a word, whatever read the export is gone."""
MOST: Final = 40
MOST_EACH: Final = 2
MOST_WAITING: Final = 4
"""Exports that one worker holds until they are read, one after the other."""
MOST_ROWS: Final = 2_000
MOST_PLACES: Final = 5
_SHELF: Final = Shelf("imports", MOST, MOST_EACH)
_LONGEST_FILES: Final = 32_000_000
_PATIENCE: Final = 0.5
_ON_THE_SERVER: Final = "import it on the server with `limen import`"


class Said(msgspec.Struct, frozen=True, array_like=True):
    """One line of the report: what became of so many values, how, and the first of their places."""

    verdict: Verdict
    effect: Effect
    how: str
    places: tuple[str, ...]
    more: int
    count: int


class Begun(msgspec.Struct, frozen=True, array_like=True):
    """An import. `part` is how much was read, 1 when all was; `what` and `fix` why it could not be ("": it could).
    `files` are compressed JSON without secrets, `upstreams` where apps run, as somebody has said.
    """

    system: str
    file: str
    told_at: Instant
    part: float = 0.0
    what: str = ""
    fix: str = ""
    realm: str = ""
    files: bytes = b""
    report: tuple[Said, ...] = ()
    values: int = 0

    @property
    def is_read(self) -> bool:
        return bool(self.files) and not self.what

    def count(self, verdict: Verdict) -> int:
        """Of how many values this is said."""
        return sum(one.count for one in self.report if one.verdict is verdict)

    @property
    def wider(self) -> tuple[Said, ...]:
        """What may give somebody access who had none."""
        return tuple(one for one in self.report if one.effect is Effect.WIDER)


class Imports:
    """What everybody has begun. Of one person the oldest makes room for the newest."""

    def __init__(self, kept: KeptBriefly, now: Any) -> None:
        self._kept = kept
        self._now = now
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="import")
        self._waiting = 0

    async def begin(self, author: str, system: str, realm: str, name: str, content: bytes) -> str:
        """Begin to read an export, and return the import's ID. Raises LimenError, StorageError."""
        if system not in READERS:
            raise LimenError("there is no such system to import from", "choose one of the list")
        if self._waiting >= MOST_WAITING:
            raise LimenError("other exports are being read", "upload it again in a minute")
        key = secrets.token_urlsafe(18)
        begun = Begun(system, name, self._now(), realm=realm)
        await self._kept.do(lambda found: found.put(_SHELF, key, _written(begun), found.now + LIVES, author))
        loop = asyncio.get_running_loop()

        def tell(now: Begun) -> bool:
            return _answer(asyncio.run_coroutine_threadsafe(self._change(key, now), loop), loop)

        def told(done: float, whole: float) -> None:
            part = min(0.99, done / whole if whole else 0.0)
            tell(msgspec.structs.replace(begun, part=part, told_at=self._now()))

        def work() -> None:
            try:
                if tell(msgspec.structs.replace(begun, told_at=self._now())):  # else its author has begun others since
                    tell(_read(begun, name, content, told))
            except LimenError as wrong:
                tell(msgspec.structs.replace(begun, what=wrong.what, fix=wrong.fix))
            except BaseException:
                tell(msgspec.structs.replace(begun, what="the export could not be read", fix="try `limen import`"))
                raise
            finally:
                loop.call_soon_threadsafe(self._done)

        self._waiting += 1
        self._reader.submit(work)
        return key

    async def of(self, key: str, author: str) -> Begun | None:
        """The import, if it is this person's. Raises StorageError."""
        kept = await self._kept.do(lambda found: found.look(_SHELF, key)) if key else None
        if kept is None or kept.source != author:
            return None
        begun = msgspec.msgpack.decode(zlib.decompress(kept.data), type=Begun)
        if not begun.is_read and not begun.what and self._now() - begun.told_at > STALLED:
            return msgspec.structs.replace(
                begun, what="reading the export ended without a result", fix="upload it again"
            )
        return begun

    def _done(self) -> None:
        self._waiting -= 1

    async def drop(self, key: str) -> None:
        """Nobody has it any more. Raises StorageError."""
        await self._kept.do(lambda found: found.drop(_SHELF, key))

    async def _change(self, key: str, begun: Begun) -> bool:
        """Whether somebody still waits for it."""
        return await self._kept.do(lambda found: found.change(_SHELF, key, _written(begun)))


def _answer(asked: Future[bool], loop: asyncio.AbstractEventLoop) -> bool:
    """What the loop answers to this thread, which does not wait for one that has ended: Limen stops meanwhile."""
    while True:
        try:
            return asked.result(_PATIENCE)
        except TimeoutError:
            if asked.done() or loop.is_closed():
                raise


def again(begun: Begun, upstreams: Mapping[str, str] | None = None) -> Imported:
    """What was understood, from what is kept of it. Raises LimenError."""
    wishes = Wishes(upstreams=dict(upstreams or {}), part=begun.realm)
    unpacking = zlib.decompressobj()
    files: Any = json.loads(unpacking.decompress(begun.files, _LONGEST_FILES))
    return understood(READERS[begun.system], files, wishes)


def _read(begun: Begun, name: str, content: bytes, told: Any) -> Begun:
    files = parse_export(files_in(name, content))
    imported = understood(READERS[begun.system], files, Wishes(part=begun.realm), told)
    text = json.dumps(without_secrets(files, imported.account)).encode()
    if len(text) > _LONGEST_FILES:
        raise LimenError("the export is too large to be kept here", _ON_THE_SERVER)
    kept = zlib.compress(text)
    found = msgspec.structs.replace(
        begun, part=1.0, files=kept, report=_said(imported.account), values=imported.account.values
    )
    if len(_written(found)) > LONGEST:
        raise LimenError("the export is too large to be kept here", _ON_THE_SERVER)
    return found


def _said(account: Account) -> tuple[Said, ...]:
    """The report in as few lines as say it, what may open something first."""
    order = [Effect.WIDER, Effect.STRICTER, Effect.SAME]
    several = sorted(rows(account.items), key=lambda row: order.index(row.effect))
    return tuple(
        Said(
            row.verdict,
            row.effect,
            row.how,
            tuple(one[:200] for one in row.places[:MOST_PLACES]),
            max(0, len(row.places) - MOST_PLACES),
            row.count,
        )
        for row in several[:MOST_ROWS]
    )


def _written(begun: Begun) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(begun), 1)
