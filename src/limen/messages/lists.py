"""Several things in a row, as people say them."""

from __future__ import annotations

from collections.abc import Iterable

from limen.messages.catalogue import catalogue
from limen.messages.language import Language


def joined(words: Iterable[str], last: str = "and", language: Language = Language.ENGLISH, most: int = 0) -> str:
    """`a, b and c`; `last` is `and` or `or`. "" for none. Of more than `most` (0: any number): `a, b and 4 more`."""
    every = list(words)
    if 0 < most < len(every):
        every = [*every[: most - 1], f"{len(every) - most + 1} more"]
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {catalogue(language).say(f'list.{last}')} {every[-1]}"
