"""An S3 bucket, walked through in the order of its keys, and read in pieces.

Who may read is told of the bucket as a whole, by its policy and its access control list; a list of an object's own is
not asked for, as that would be a request for each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from limen.connectors.aws.bucket import Bucket, BucketSettings, StoredObject
from limen.connectors.vendor_client import VendorError
from limen.data.inventory.model import LONGEST_PATH, Audience, Batch, Evidence, Gone, Item, Unreadable
from limen.data.labels.beside import Beside, of_object

PIECE: Final = 4 << 20
_ELSE_NOW: Final = frozenset({404, 412})
_FORBIDDEN: Final = 403
_GONE: Final = 404
_NO_TAGS: Final = frozenset({400, 403, 405, 501})
"""What a bucket says that keeps no tags, or does not tell of them."""
_FOLDER: Final = "/"


class BucketWalker:
    """`prefix`: only keys that begin with it are of the store."""

    def __init__(self, bucket: Bucket, prefix: str = "") -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._settings: BucketSettings | None = None
        self._may_ask_tags = True

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        audience = Audience.ANYONE if (await self._asked()).is_public else Audience.NAMED
        after = cursor
        while True:
            listed = await self._bucket.listed(self._prefix, after=after)
            if listed.objects and listed.keys[-1] <= after:
                raise VendorError("garbage")
            is_last = listed.is_all or not listed.objects
            after = "" if is_last else listed.keys[-1]
            items = (self._item(one, audience) for one in listed.objects if not one.key.endswith(_FOLDER))
            yield Batch(tuple(items), after)
            if is_last:
                return

    async def body(self, item: Item) -> AsyncIterator[bytes]:
        try:
            for start in range(0, item.size, PIECE):
                yield await self._bucket.part(item.key, start, min(PIECE, item.size - start), item.etag)
        except VendorError as error:
            if error.status in _ELSE_NOW:
                raise Gone from None
            if error.status == _FORBIDDEN:
                raise Unreadable from None
            raise

    async def beside(self, item: Item) -> Beside | None:
        """Tags, where Limen may read them. They are asked for with what is looked into alone: each is a request."""
        if not self._may_ask_tags:
            return None
        try:
            return of_object(await self._bucket.tags(item.key))
        except VendorError as error:
            if error.status == _GONE:
                raise Gone from None
            if error.status not in _NO_TAGS:
                raise
            self._may_ask_tags = False
            return None

    async def evidence(self) -> Evidence:
        encryption = (await self._asked()).encryption
        return Evidence(
            is_encrypted=None if encryption is None else bool(encryption),
            encrypted_by=encryption or "",
            is_transit_encrypted=True,
        )

    async def _asked(self) -> BucketSettings:
        if self._settings is None:
            self._settings = await self._bucket.settings()
        return self._settings

    def _item(self, one: StoredObject, audience: Audience) -> Item:
        path = one.key[len(self._prefix) :][:LONGEST_PATH]
        return Item(one.key, path, one.size, one.changed_at, one.etag, audience=audience)
