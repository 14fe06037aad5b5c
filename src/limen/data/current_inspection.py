"""Looks into documents by what is looked for now: made anew, beside the loop, when rules or lists are others.

It takes a second and fifty megabytes, so it is made when something passes that a rule asks about, and not before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.frames import Written
from limen.data.labels.model import WhyNoLabel
from limen.data.lists import store
from limen.data.lists.keeping import CHANGE
from limen.data.lists.store import KeptList
from limen.data.rules.stated import NO_RULES, DataRules
from limen.errors import LimenError
from limen.pillar import Core
from limen.storage import Keyring, Snapshot

if TYPE_CHECKING:
    from limen.data.made_inspection import MadeInspection

_log = logging.getLogger(__name__)


class CurrentInspection:
    """Used on the event loop."""

    def __init__(self, core: Core, key: bytes, folder: Path | None = None) -> None:
        self._core, self._key, self._folder = core, key, folder
        self._lists: tuple[KeptList, ...] = ()
        self._made: MadeInspection | None = None
        self._making = asyncio.Lock()

    def register(self) -> None:
        """Follow the lists that are kept. Called before the change feed starts."""

        def load(snapshot: Snapshot, _key: str = "") -> tuple[KeptList, ...]:
            return tuple(store.every(snapshot.connection))

        self._core.feed.at_start(load, self.take)
        self._core.feed.on(CHANGE, load, lambda _key, lists: self.take(lists))

    def take(self, lists: tuple[KeptList, ...]) -> None:
        """These lists are kept now."""
        self._lists = lists

    @property
    def rules(self) -> DataRules:
        """What `data.yaml` says now."""
        return self._core.known.rules_of(DataRules) or NO_RULES

    async def inspect(
        self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "", among: str | None = None
    ) -> Inspected:
        """What is in it (`Inspection.inspect`). Raises nothing: what can't be looked into says why.

        With the keyed digest of all its bytes, but where `among` is said: the gateway makes digests itself, of what is
        stopped, and one of all that passes would cost as much as passing it.
        """
        try:
            made = await self._ready()
        except LimenError as error:
            _log.warning("nothing can be looked into: %s", error)
            return Inspected("", why_not=frozenset({WhyNot.FAILED}))
        made.uses += 1
        try:
            if among is not None:
                return await made.inspection.inspect(body, name, owner, among)
            read = _Digested(body, self._key)
            inspected = await made.inspection.inspect(read.pieces(), name, owner)
        finally:
            made.uses -= 1
            await self._end_if_unused(made)
        return replace(inspected, digest=read.digest)

    async def with_label(self, data: bytes, word: str, mark: str, owner: str = "") -> Written:
        """The document with this label, written where documents are looked into. Raises nothing."""
        try:
            made = await self._ready()
        except LimenError as error:
            _log.warning("nothing can be labelled: %s", error)
            return Written(why_not=WhyNoLabel.BROKEN)
        made.uses += 1
        try:
            return await made.inspection.with_label(data, word, mark, owner)
        finally:
            made.uses -= 1
            await self._end_if_unused(made)

    async def look_again(self) -> None:
        """Make it anew before something passes again, where it was made for others; end it where neither a rule nor a
        label asks what is in anything.
        """
        if self._made is not None and (self.rules.rules or any(one.when for one in self.rules.labels)):
            await self._ready()
        elif self._made is not None:
            await self._retire()

    async def close(self) -> None:
        await self._retire()

    async def _ready(self) -> MadeInspection:
        made = self._made
        if made is None or not self._is_current(made):
            async with self._making:
                made = self._made
                if made is None or not self._is_current(made):
                    rules, lists = self.rules, self._lists
                    fresh = await asyncio.to_thread(
                        _made_for, rules, lists, self._core.keyring, self._key, self._folder
                    )
                    await self._retire()
                    self._made = made = fresh
        return made

    def _is_current(self, made: MadeInspection) -> bool:
        return made.rules is self.rules and made.lists is self._lists

    async def _retire(self) -> None:
        made, self._made = self._made, None
        if made is not None:
            made.is_retired = True
            await self._end_if_unused(made)

    @staticmethod
    async def _end_if_unused(made: MadeInspection) -> None:
        if made.is_retired and made.uses == 0:
            await asyncio.to_thread(made.pool.close)


def _made_for(
    rules: DataRules, lists: tuple[KeptList, ...], keyring: Keyring, key: bytes, folder: Path | None
) -> MadeInspection:
    from limen.data.made_inspection import made_for  # noqa: PLC0415 -- heavy: only what passes waits for it

    return made_for(rules, lists, keyring, key, folder)


class _Digested:
    """A body as it is read, and the digest of all of it; b"" where it was not read to its end."""

    def __init__(self, body: AsyncIterator[bytes] | bytes, key: bytes) -> None:
        self._body, self._hash = body, blake2b(key=key, digest_size=16)
        self.digest = b""

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in _whole(self._body) if isinstance(self._body, bytes) else self._body:
            self._hash.update(piece)
            yield piece
        self.digest = self._hash.digest()


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body
