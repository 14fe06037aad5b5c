"""What verifying a chain finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found. `problems` name what was changed, removed or reordered; `sentences` say it all in words.

    `erased` is how many bodies Limen erased, which the chain holds over.
    """

    lines: int
    problems: tuple[str, ...]
    sentences: tuple[str, ...]
    erased: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems
