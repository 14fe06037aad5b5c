"""The messages between the journal and the process that erases bodies for it."""

from __future__ import annotations

import threading
from typing import Final

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


class Erasing:
    """Whose bodies are to go. `wait` says how many went and how many segments could not be done; None: not done."""

    def __init__(self, person_ids: tuple[str, ...]) -> None:
        self.person_ids = person_ids
        self.outcome: tuple[int, int] | None = None
        self._done = threading.Event()

    def finish(self, outcome: tuple[int, int] | None) -> None:
        self.outcome = outcome
        self._done.set()

    def wait(self, timeout: float | None = None) -> tuple[int, int] | None:
        self._done.wait(timeout)
        return self.outcome
