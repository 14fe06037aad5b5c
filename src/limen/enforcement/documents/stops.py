"""What was stopped, for as long as the person may say why it may pass, and the passes that they get for it.

A pass is good once, for ten minutes, for the same session, app, method, target and documents (by their digests). Both
are kept for all workers: whoever sends it again comes to any of them, and of several at once one spends the pass.
Where nothing can be kept, what was stopped stays stopped.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import msgspec

from limen.clock import MINUTE, Instant, Milliseconds
from limen.opaque import new_token
from limen.pillar.data_checks import RuleWords
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import KeptBriefly, Rows, Shelf, WhenFull

GOOD_FOR: Final[Milliseconds] = 10 * MINUTE
MOST: Final = 5_000
MOST_OF_A_SESSION: Final = 20
"""Beyond it the oldest of that session is forgotten; those of others stay."""
_STOPS: Final = Shelf("stopped documents", MOST, MOST_OF_A_SESSION, WhenFull.OF_THE_LARGEST)
_PASSES: Final = Shelf("passes of documents", MOST, MOST_OF_A_SESSION, WhenFull.OF_THE_LARGEST)
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class About:
    """The request that something passes by. `back` is the page on the app's host that it was sent from, "" unknown.

    `by_token`: a program sent it, which nobody can ask why it may pass.
    """

    session: str
    person: str
    app: str
    method: str
    target: str
    back: str = ""
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class StoppedDocument:
    """One document that was stopped, as it is told to the person: never what was found itself."""

    name: str
    field: str
    kinds: tuple[str, ...]
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was stopped, by which rules (ids, and what people read of them). `digests`: of the documents a pass is for,
    each with the event that tells of it; `event` is the one about the strictest. `why`: what
    the person said, "" so far.
    """

    id: str
    about: About
    is_upload: bool
    documents: tuple[StoppedDocument, ...]
    rules: tuple[str, ...]
    words: tuple[RuleWords, ...]
    digests: Mapping[bytes, str]
    may_justify: bool
    event: str
    until: Instant
    why: str = ""


class Stops:
    """What was stopped lately. `key` hides in the database which request a pass is for."""

    def __init__(self, kept: KeptBriefly, key: bytes) -> None:
        self._kept = kept
        self._key = key

    async def keep(
        self,
        about: About,
        documents: Iterable[StoppedDocument],
        digests: Mapping[bytes, str],
        rules: tuple[str, ...],
        *,
        words: tuple[RuleWords, ...] = (),
        is_upload: bool,
        may_justify: bool,
        event: str,
    ) -> Stopped:
        """Remember what was stopped, under a new id. Where that can't be done, nobody may say why it may pass."""
        stopped = Stopped(
            id=new_token(),
            about=about,
            is_upload=is_upload,
            documents=tuple(documents),
            rules=rules,
            words=words,
            digests=dict(digests),
            may_justify=may_justify and bool(about.session) and not about.by_token,
            event=event,
            until=0,
        )
        if not about.session:
            return stopped

        def work(rows: Rows) -> Stopped:
            kept = replace(stopped, until=rows.now + GOOD_FOR)
            rows.put(_STOPS, kept.id, msgspec.msgpack.encode(kept), kept.until, about.session)
            return kept

        return await self._do(work, replace(stopped, may_justify=False))

    async def find(self, stop_id: str, session: str) -> Stopped | None:
        """What was stopped under this id in this session; None where it was not, or is forgotten."""
        return await self._do(lambda rows: _find(rows, stop_id, session), None)

    async def justify(self, stopped: Stopped, why: str) -> Stopped:
        """Give the pass: what was stopped may be sent again. From now on it is good for its time. It is given once."""
        request = self._request(stopped.about)

        def work(rows: Rows) -> Stopped:
            rows.hold(_STOPS, stopped.id)
            known = _find(rows, stopped.id, stopped.about.session)
            if known is None or known.why:
                return known or stopped
            given = replace(known, why=why, until=rows.now + GOOD_FOR)
            rows.put(_STOPS, given.id, msgspec.msgpack.encode(given), given.until, given.about.session)
            rows.hold(_PASSES, request)
            passes = [*_passes(rows, request), given.id][-MOST_OF_A_SESSION:]
            rows.put(_PASSES, request, msgspec.msgpack.encode(passes), given.until, given.about.session)
            return given

        return await self._do(work, stopped)

    async def take(self, about: About, digests: frozenset[bytes]) -> str:
        """Why these documents may pass by this request, by a pass that is spent with it; "" where there is none."""
        request = self._request(about)

        def work(rows: Rows) -> str:
            for stop_id in _passes(rows, request):
                one = _find(rows, stop_id, about.session)
                if one is not None and one.why and digests <= one.digests.keys() and rows.drop(_STOPS, stop_id):
                    return one.why
            return ""

        return await self._do(work, "") if digests and about.session else ""

    async def _do(self, work: Callable[[Rows], T], otherwise: T) -> T:
        try:
            return await self._kept.do(work)
        except StorageError as error:
            _log.warning("what was stopped can't be remembered, so it stays stopped: %s", error.what)
            return otherwise

    def _request(self, about: About) -> bytes:
        """The name under which the passes of a request stand."""
        said = msgspec.json.encode((about.session, about.app, about.method, about.target))
        return hmac.digest(self._key, b"limen passes of documents\0" + said, "sha256")


def _find(rows: Rows, stop_id: str, session: str) -> Stopped | None:
    found = rows.look(_STOPS, stop_id) if stop_id and session else None
    if found is None or found.source != session:
        return None
    return msgspec.msgpack.decode(found.data, type=Stopped)


def _passes(rows: Rows, request: bytes) -> list[str]:
    found = rows.look(_PASSES, request)
    return [] if found is None else msgspec.msgpack.decode(found.data, type=list[str])
