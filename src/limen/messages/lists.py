"""Several things in a row, as people say them."""

from __future__ import annotations

from collections.abc import Iterable

from limen.messages.catalogue import catalogue
from limen.messages.language import Language


def joined(words: Iterable[str], last: str = "and", language: Language = Language.ENGLISH) -> str:
    """`a, b and c`; `last` is `and` or `or`. "" for none."""
    every = list(words)
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {catalogue(language).say(f'list.{last}')} {every[-1]}"
