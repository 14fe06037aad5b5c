"""What is wrong in a file, where, and what to do: the one shape of every complaint about the company folder."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`line` and `column` count from 1; 0 says that the whole file is meant. `what` and `fix` are one line each."""

    file: str
    line: int
    column: int
    what: str
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.what}; {self.fix}" if self.fix else f"{where}: {self.what}"


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """`did you mean …?` where a known word is near, else `otherwise`, else the known words if they are few."""
    words = sorted(set(known))
    folded = {one.lower(): one for one in words}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {shown(folded[near[0]])}?"
    if otherwise:
        return otherwise
    return f"use one of {', '.join(words)}" if 0 < len(words) <= 12 else ""


Complaint: TypeAlias = "tuple[tuple[str | int, ...], str, str]"
"""What is wrong with a value before its place is looked up: its keys, what is wrong, what to do."""

DECLARE_GROUP: Final = "declare it in limen.toml under [groups]"


def position(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of a place in a text, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def unknown(kind: str, word: str, known: Iterable[str], otherwise: str = "") -> tuple[str, str]:
    """What is wrong with a name that nothing bears, and what to do (see `did_you_mean`)."""
    return f"there is no {kind} {shown(word)}", did_you_mean(word, known, otherwise)


def shown(value: Any, limit: int = 60) -> str:
    """A value as it may stand in a message: quoted, on one line, bounded."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
