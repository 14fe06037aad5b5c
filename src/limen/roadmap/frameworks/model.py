"""The nouns: a framework, its groups of items, and the controls that answer each item. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

CONTROL_IDS: Final = frozenset(
    f"{letter}{number}" for letter, last in (("I", 11), ("D", 10), ("N", 9), ("P", 11)) for number in range(1, last + 1)
)
"""The 41 controls of the roadmap, whether they are measured yet or not."""


class HowFar(StrEnum):
    """How far the controls of an item answer it when all of them are met."""

    FULL = "full"
    PART = "part"
    """Something else has to be so, too; the item's note says what."""


class Stage(StrEnum):
    """A stage of a maturity model, from the first that asks for anything."""

    INITIAL = "initial"
    ADVANCED = "advanced"
    OPTIMAL = "optimal"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a framework asks for. `title` is in our own words, never the framework's text.

    `controls` answer it `how_far`; where there are none, `open_to` says who or what answers it instead. `stage` is None
    outside maturity models. `is_unchecked`: written from knowledge, and not held against the framework's current text.
    """

    id: str
    title: str
    controls: tuple[str, ...] = ()
    how_far: HowFar | None = None
    note: str = ""
    open_to: str = ""
    stage: Stage | None = None
    is_unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Items that the framework has under one heading."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """`source` is where its text is had from, `published` when that version was, `mapped` when our mapping was written.

    `checked` says what ids and titles were held against; `note` what else has to be known before it is used.
    """

    id: str
    title: str
    publisher: str
    version: str
    source: str
    published: date
    mapped: date
    checked: str
    note: str
    groups: tuple[Group, ...]

    @property
    def items(self) -> Iterator[Item]:
        return (item for group in self.groups for item in group.items)

    @property
    def is_unchecked(self) -> bool:
        """Whether all of it is written from knowledge."""
        return all(item.is_unchecked for item in self.items)
