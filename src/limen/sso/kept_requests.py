"""Requests that wait for a person: kept for a while, for all workers, each under a name that nobody guesses.

Strangers can have a request kept, too. So each source has its share, and where all together are too many, the oldest of
the source with the most makes room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Generic, TypeVar, get_type_hints

import msgspec

from limen.clock import SECOND
from limen.facts import App
from limen.opaque import hash_of, new_token
from limen.storage.kept_briefly import KeptBriefly, Shelf, WhenFull

T = TypeVar("T")

MOST: Final = 4_000
"""Of apps that proved themselves; and of strangers."""
MOST_OF_A_SOURCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a request is written down, and read again: None where it means nothing any more."""

    write: Callable[[T], bytes]
    read: Callable[[bytes], T | None]


class KeptRequests(Generic[T]):
    """What was kept, by the name that it got. `of` is what they are; `seconds`: for how long."""

    def __init__(self, kept: KeptBriefly, of: str, form: Form[T], seconds: int) -> None:
        self._kept = kept
        self._of = of
        self._form = form
        self._seconds = seconds

    async def keep(self, request: T, source: str, *, is_proved: bool = False) -> str:
        """The name of this request from now on.

        `source` is whose share it takes: the app, where `is_proved`; else where the stranger is. Raises StorageError.
        """
        name, written, shelf = new_token(), self._form.write(request), self.shelves[is_proved]
        until = self._seconds * SECOND
        await self._kept.do(lambda rows: rows.put(shelf, name, written, rows.now + until, source))
        return name

    async def look(self, name: str) -> T | None:
        """The request of this name; None where it is over, used, or was never kept. Raises StorageError."""
        found = await self._kept.do(lambda rows: [rows.look(shelf, name) for shelf in self.shelves])
        return next((self._form.read(one.data) for one in found if one is not None), None)

    async def take(self, name: str) -> bool:
        """Use it up. False where it was used before: of many at once one gets True. Raises StorageError."""
        return await self._kept.do(lambda rows: any(rows.drop(shelf, name) for shelf in self.shelves))

    @property
    def shelves(self) -> tuple[Shelf, Shelf]:
        """For what strangers ask, and for apps that proved who they are."""
        strangers, apps = f"waiting: {self._of}", f"waiting: {self._of}, proved"
        return tuple(Shelf(one, MOST, MOST_OF_A_SOURCE, WhenFull.OF_THE_LARGEST) for one in (strangers, apps))  # type: ignore[return-value]


# How they are written


def plain(kind: type[T]) -> Form[T]:
    """Of a dataclass of plain values."""
    decoder = cache(lambda: msgspec.msgpack.Decoder(kind))  # the kind may be one that is not complete yet
    return Form(msgspec.msgpack.encode, lambda data: decoder().decode(data))


def of_an_app(kind: type[T], apps: Callable[[], Mapping[str, App]], registration: Callable[[App], object]) -> Form[T]:
    """Of a dataclass of plain values and the `app` that sent it: read while that app is registered as it was then."""
    made: Callable[..., T] = kind
    hints = cache(lambda: {name: hint for name, hint in get_type_hints(kind).items() if name != "app"})

    def write(request: T) -> bytes:
        app: App = request.app  # type: ignore[attr-defined]
        values = {name: getattr(request, name) for name in hints()}
        return msgspec.msgpack.encode((app.id, _digest(registration(app)), values))

    def read(data: bytes) -> T | None:
        app_id, digest, values = msgspec.msgpack.decode(data)
        app = apps().get(app_id)
        if app is None or _digest(registration(app)) != digest:
            return None
        told = {name: msgspec.convert(values[name], hint) for name, hint in hints().items()}
        return made(app=app, **told)

    return Form(write, read)


def _digest(registration: object) -> bytes:
    return hash_of(msgspec.json.encode(registration, order="deterministic").decode())
