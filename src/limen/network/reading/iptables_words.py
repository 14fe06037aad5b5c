"""The words of a line of iptables-save(8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_WORD: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))')


class Words:
    """The words of a line, with which of them stood in quotes: those are never options."""

    def __init__(self, text: str) -> None:
        self._words: list[tuple[str, bool]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _WORD.match(text, at)
            if found is None or (found[2] or "").startswith('"'):
                raise ValueError(text)
            self._words.append((found[2], False) if found[2] is not None else (_unescaped(found[1]), True))
            at = found.end()
        self._at = 0

    @property
    def is_over(self) -> bool:
        return self._at >= len(self._words)

    @property
    def is_option(self) -> bool:
        word, is_quoted = self._words[self._at]
        return not is_quoted and (word.startswith("-") or word == "!")

    def next(self) -> str:
        if self.is_over:
            raise ValueError("a value is missing")
        self._at += 1
        return self._words[self._at - 1][0]

    def values(self) -> Iterator[str]:
        """All up to the next option."""
        while not self.is_over and not self.is_option:
            yield self.next()


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
