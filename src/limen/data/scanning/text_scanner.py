"""What anything has that finds something in a text: in the whole, and as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

from limen.data.model import Finding, Found


class TextStream(Protocol):
    """A text as it comes: within `with`, `feed` its pieces in order, then `end` it. See `scanner.Stream`."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *failure: object) -> None: ...
    def feed(self, piece: bytes) -> None: ...
    @property
    def settled(self) -> Sequence[Finding]: ...
    def end(self) -> Found: ...


class TextScanner(Protocol):
    """Serves any number of texts at once, and can be pickled, for other processes."""

    def text(self, text: bytes) -> Found: ...
    def stream(self) -> TextStream: ...
