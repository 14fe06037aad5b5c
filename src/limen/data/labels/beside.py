"""Labels that are kept beside what they label (extended attributes, tags of objects), put with what is in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TypeAlias

from limen.data.documents import Inspected
from limen.data.labels import extended_attributes, object_tags
from limen.data.labels.model import Carried

Beside: TypeAlias = Callable[[bytes], Carried]
"""What is said beside a content, by the SHA-256 of that; b"" where it is not known: then no mark is proven."""


def of_file(file: int) -> Beside | None:
    """What lies beside an open file; None where nothing does, or it is not told."""
    try:
        found = extended_attributes.read(file, b"")
    except OSError:
        return None
    return None if found.is_silent else lambda content: replace(found, content=content if found.marks else b"")


def of_object(tags: Mapping[str, str]) -> Beside | None:
    """What tags say of an object; None where they say nothing of its label."""
    return None if object_tags.read(tags, b"").is_silent else lambda content: object_tags.read(tags, content)


def with_beside(inspected: Inspected, said: Carried | None) -> Inspected:
    """Where the content says nothing of its label, what is said beside it counts as its own word; else it can only
    raise that, as what is packed in it.
    """
    if said is None or said.is_silent:
        return inspected
    if inspected.carried is None or inspected.carried.is_silent:
        return replace(inspected, carried=said)
    return replace(inspected, inside=(*inspected.inside, said))


class Hashed:
    """A body as it is read, and the SHA-256 of all of it; b"" where it was not read to its end."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body, self._hash = body, sha256()
        self.digest = b""

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            self._hash.update(piece)
            yield piece
        self.digest = self._hash.digest()
