"""The messages between the journal and the process that erases bodies for it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Final, NamedTuple

import msgspec

ERASING: Final = ".erasing"
"""What the new file's name ends with until it has taken the old one's place."""


class ToErase(msgspec.Struct, frozen=True):
    """A sealed segment: its file, that file's SHA-256 as the list of segments has it, and the chain around it."""

    ordinal: int
    path: str
    sha256: str
    after_n: int
    after_head: str
    head: str


class Order(msgspec.Struct, frozen=True):
    """Whose bodies are to go, and from where."""

    person_ids: tuple[str, ...]
    segments: tuple[ToErase, ...]


class Done(msgspec.Struct, frozen=True):
    """What became of one segment. `problem` is "" where it could be done; `sha256` is "" where nothing had to be."""

    ordinal: int
    erased: int = 0
    sha256: str = ""
    problem: str = ""


class Erasing(NamedTuple):
    """Whose bodies are to go, and where the outcome is told: how many went and how many segments could not be done.

    The outcome is None where it was not done. Segments up to number `after` are left out.
    """

    person_ids: tuple[str, ...]
    outcome: Future[tuple[int, int] | None]
    after: int = 0
