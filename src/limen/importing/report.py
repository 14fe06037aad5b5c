"""The account of an import: for every value of an export what became of it, so that nothing is dropped silently.

A reader says of each value that it read what it became. What it says of a container counts for all that is in it and
was not named apart, but only where that is *not* taken: what is taken is named value by value. Whatever nobody spoke
of is not translatable, by name. The report holds paths and words, and never a value of the export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from limen.printable import visible

Path: TypeAlias = "tuple[str | int, ...]"
"""Where a value stands: the file, then keys and indexes."""

_LONGEST_HOW: Final = 500
UNKNOWN: Final = "the importer does not know this"
SECRET: Final = "a secret: it is never imported"  # noqa: S105 -- words
_SECRET_KEY: Final = re.compile(
    r"(passwd|password|passphrase|secret|private[._]?key|encryption[._]?key|api[._]?key|credential|token|salt|seed|hash)s?$"
    r"|^jwks$",
    re.IGNORECASE,
)
"""Keys below which nothing is imported, whatever it is, unless a reader says more of the very value."""


class Verdict(StrEnum):
    TRANSLATED = "translated"
    APPROXIMATED = "approximated"
    NOT_TRANSLATED = "not-translated"
    LEFT_OUT = "left-out"
    """On purpose: secrets, and what only the old system's own doing needs."""


class Effect(StrEnum):
    """What an item does to who has access."""

    SAME = "same"
    STRICTER = "stricter"
    """Somebody who had access may have less."""
    WIDER = "wider"
    """Somebody may have access who had none. The report begins with these."""


@dataclass(frozen=True, slots=True)
class Item:
    """What became of the values at `path`: `count` of them. `how` is what it became, how it was approximated, or why it
    could not be; one line.
    """

    path: Path
    verdict: Verdict
    how: str
    effect: Effect = Effect.SAME
    count: int = 1

    @property
    def where(self) -> str:
        return shown_path(self.path)


@dataclass(slots=True)
class Report:
    """What is said while an export is read; `account` then holds it against the values that there are."""

    _said: dict[Path, Item] = field(default_factory=dict)
    _notes: list[Item] = field(default_factory=list)

    def translated(self, path: Path, into: str) -> None:
        """The value, or list of plain values, means the same in Limen."""
        self._say(Item(path, Verdict.TRANSLATED, into))

    def approximated(self, path: Path, how: str, effect: Effect = Effect.STRICTER) -> None:
        """The value, or list of plain values, means nearly the same."""
        self._say(Item(path, Verdict.APPROXIMATED, how, effect))

    def not_translated(self, path: Path, why: str, effect: Effect = Effect.SAME) -> None:
        """Everything at this path has no place in Limen."""
        self._say(Item(path, Verdict.NOT_TRANSLATED, why, effect))

    def left_out(self, path: Path, why: str = SECRET) -> None:
        """Everything at this path is left out on purpose."""
        self._say(Item(path, Verdict.LEFT_OUT, why))

    def note(self, path: Path, how: str, effect: Effect) -> None:
        """What has to be known beside what became of the single values, such as what several of them mean together."""
        self._notes.append(Item(path, Verdict.APPROXIMATED, _shown(how), effect, count=0))

    def is_said(self, path: Path) -> bool:
        """Whether anything is said of this very path already."""
        return path in self._said

    def account(self, files: Mapping[str, Any]) -> Account:
        """What became of every value of these files. What was said of values that are not there is no part of it."""
        found: dict[tuple[Path, Verdict], Item] = {}
        total = 0
        for path, holds_plain_list in leaves(files):
            total += 1
            said = self._spoken_of(path, may_be_list=holds_plain_list)
            key = (said.path, said.verdict)
            before = found.get(key)
            counted = 1 if before is None else before.count + 1
            found[key] = Item(said.path, said.verdict, said.how, said.effect, counted)
        return Account((*self._notes, *found.values()), total)

    def _say(self, item: Item) -> None:
        """Of one value the last word counts, but nothing makes what was left out a taken one."""
        before = self._said.get(item.path)
        if before is None or before.verdict is not Verdict.LEFT_OUT:
            self._said[item.path] = replace(item, how=_shown(item.how))

    def _spoken_of(self, path: Path, *, may_be_list: bool) -> Item:
        """The nearest word: on the value itself, on the list that it is in, on a secret, or on what it is a part of."""
        own = self._said.get(path) or (self._said.get(path[:-1]) if may_be_list else None)
        if own is not None:
            return own
        if is_secret(path):
            return Item(path, Verdict.LEFT_OUT, SECRET)
        for length in range(len(path) - 1, 0, -1):
            said = self._said.get(path[:length])
            if said is not None and said.verdict not in {Verdict.TRANSLATED, Verdict.APPROXIMATED}:
                return said
        return Item(path, Verdict.NOT_TRANSLATED, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Account:
    """Every item, and of how many values the export was."""

    items: tuple[Item, ...]
    values: int

    def count(self, verdict: Verdict) -> int:
        """Of how many values this is said."""
        return sum(one.count for one in self.items if one.verdict is verdict)

    @property
    def wider(self) -> tuple[Item, ...]:
        """What may give somebody access who had none: the first thing that whoever imports has to read."""
        return tuple(one for one in self.items if one.effect is Effect.WIDER)

    @property
    def stricter(self) -> tuple[Item, ...]:
        return tuple(one for one in self.items if one.effect is Effect.STRICTER)


def leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, bool]]:
    """The path of every value that holds no other (an empty container is one), and whether it is an item of a list of
    plain values. Goes as deep as the tree does, by a loop.
    """
    waiting: list[tuple[Path, Any, bool]] = [(path, tree, False)]
    while waiting:
        here, value, is_in_list = waiting.pop()
        if isinstance(value, Mapping) and value:
            waiting += [((*here, str(key)), inner, False) for key, inner in reversed(list(value.items()))]
        elif isinstance(value, list) and value:
            is_plain = not any(isinstance(inner, Mapping | list) for inner in value)
            waiting += [((*here, at), value[at], is_plain) for at in reversed(range(len(value)))]
        elif here:
            yield here, is_in_list


def is_secret(path: Path) -> bool:
    """Whether a value stands where secrets do, so that nothing is imported of it unless a reader says more of it."""
    return any(isinstance(step, str) and _SECRET_KEY.search(step) for step in path[1:])


def _shown(how: str) -> str:
    """What was said, which may hold a name of the export, without anything that could steer a terminal."""
    if how.isprintable() and len(how) <= _LONGEST_HOW:
        return how
    return visible(how[:_LONGEST_HOW]).replace("\n", "\\n").replace("\t", "\\t")


def shown_path(path: Path) -> str:
    """`configuration.yml: access_control.rules[2].domain`, without anything that could steer a terminal."""
    if not path:
        return ""
    file, *rest = path
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:120]}" for step in rest).lstrip(".")
    return visible(f"{file}: {said}" if said else str(file)).replace("\n", "\\n").replace("\t", "\\t")
