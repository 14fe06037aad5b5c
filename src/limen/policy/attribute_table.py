"""The rows of the table of attributes put together: Limen's own, and what its parts declare, each row looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from limen.declared import LIMEN_ITSELF, Declared
from limen.errors import LimenError
from limen.messages import Language, catalogue
from limen.policy.attribute import DIRECTIONS, Attribute, Better, Kind, Noun

MATTERS: Final = ("account", "proof", "groups", "device", "place", "time", "risk", "grant")
"""What a condition can be a matter of."""


class BadAttributeError(LimenError):
    """A row that makes no sense, with the path and whoever declared it."""


class Table:
    """All rows of one composition, and what is asked of them often. It never changes."""

    def __init__(self, rows: Iterable[Attribute], nouns: Mapping[str, Noun]) -> None:
        self.rows = tuple(rows)
        self.nouns = nouns
        self.by_path: Mapping[str, Attribute] = {one.path: one for one in self.rows}
        self.by_cedar: Mapping[str, Attribute] = {one.cedar: one for one in self.rows}

    def of_noun(self, noun: str) -> tuple[Attribute, ...]:
        return self._of_nouns.get(noun, ())

    @cached_property
    def order(self) -> Mapping[str, Attribute]:
        """Every fact that can get worse, by its path in full."""
        return {one.cedar: one for one in self.rows if one.better is not Better.NEITHER}

    @cached_property
    def ages(self) -> Mapping[str, str]:
        """Every instant, and how the time that has gone by since is called."""
        return {one.path: one.age_called for one in self.rows if one.kind is Kind.INSTANT}

    @cached_property
    def dated(self) -> Mapping[str, str]:
        """The other way round."""
        return {age: path for path, age in self.ages.items()}

    @cached_property
    def axes(self) -> tuple[str, ...]:
        """All that can differ between two requests for the same thing by the same person: `now`, and each attribute.

        An instant differs by how long ago it was, and by its date.
        """
        own = [one for one in self.rows if one.noun not in {"principal", "resource"}]
        return ("now", *(axis for one in own for axis in (*filter(None, [self.ages.get(one.path)]), one.path)))

    @cached_property
    def loose(self) -> Mapping[str, Attribute]:
        """The rows that are read from `Facts.more`, by path."""
        return {one.path: one for one in self.rows if one.noun not in _COMPUTED and not one.field}

    @cached_property
    def offered(self) -> Mapping[str, Attribute]:
        """What a rule's form can ask for because its row says how, by path."""
        return {one.path: one for one in self.rows if one.form and one.kind is not Kind.ADDRESS}

    @cached_property
    def _of_nouns(self) -> Mapping[str, tuple[Attribute, ...]]:
        return {noun: tuple(one for one in self.rows if one.noun == noun) for noun in self.nouns}

    @cached_property
    def facts_nouns(self) -> tuple[Noun, ...]:
        """The nouns that are facts about the request, each a record of the context."""
        return tuple(one for one in self.nouns.values() if one.name not in _COMPUTED)


_COMPUTED: Final = frozenset({"time", "request", "resource", "principal"})
_PATH: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Attributes(Declared[Attribute]):
    """The table of the current composition: `ATTRIBUTES.table`. Everything that derives from it asks there."""

    def __init__(self, rows: Iterable[Attribute], nouns: Mapping[str, Noun]) -> None:
        own = {one.path: one for one in rows}
        super().__init__("attribute", own)
        self._nouns = nouns
        _check({LIMEN_ITSELF: own}, nouns)
        self.table = Table(own.values(), nouns)

    def compose(self, parts: Mapping[str, Mapping[str, Attribute]]) -> None:
        """From now on: what Limen itself declares, and what each of these parts does.

        Raises `ClaimedTwiceError` for a path with two owners, and `BadAttributeError` for a row that makes no sense.
        """
        new = _check(parts, self._nouns)
        super().compose(parts)
        self.table = Table(self.values(), {**self._nouns, **new})

    def of_parts(self) -> Iterator[Attribute]:
        """The rows that parts declared."""
        return (one for path, one in self.items() if self.owner_of(path) != LIMEN_ITSELF)


def _check(owners: Mapping[str, Mapping[str, Attribute]], nouns: Mapping[str, Noun]) -> dict[str, Noun]:
    """Refuse what makes no sense; the new records that are declared."""
    flags = [row.noun for rows in owners.values() for row in rows.values() if row.name == "known"]
    new = {noun: Noun(noun, present="known", is_of_person=False) for noun in flags if noun not in {*nouns, "now"}}
    for owner, rows in owners.items():
        for path, row in rows.items():
            if wrong := _wrong(owner, path, row, {**nouns, **new}):
                raise BadAttributeError(f"{owner} declares the attribute {path}: {wrong[0]}", wrong[1])
    return new


def _wrong(owner: str, path: str, row: Attribute, nouns: Mapping[str, Noun]) -> tuple[str, str] | None:
    """What is wrong with a row, and what to do about it."""
    if path != row.path or not _PATH.fullmatch(path):
        return "its path is not noun.name", "write it as device.encrypted, under that very name"
    noun = nouns.get(row.noun)
    among = f"name one of {', '.join(one.name for one in nouns.values() if not one.is_closed)}"
    if noun is None:
        return f"there is no {row.noun}", f"{among}, or declare {row.noun}.known as well"
    return (_wrong_of_a_part(row, noun, among) if owner != LIMEN_ITSELF else None) or _wrong_value(row)


def _wrong_of_a_part(row: Attribute, noun: Noun, among: str) -> tuple[str, str] | None:
    if noun.is_closed or row.field:
        return f"a part can't add to {row.noun}, or name a field", f"{among}, without a field"
    if row.kind is Kind.ADDRESS:
        return "there is one address, that of the place", "make it a text"
    if row.better is Better.NEITHER:
        return "it has no direction in which it gets better", "say when one value is better than another"
    if row.name == "known" and row.kind is not Kind.BOOL:
        return "whether anything is known is true or false", "make it BOOL"
    if row.matter and row.matter not in MATTERS:
        return f"it can't be a matter of {row.matter}", f"name one of {', '.join(MATTERS)}"
    if row.remedy and not all(catalogue(one).has(key) for one in Language for key in _how_to_mend(row)):
        return "it has a remedy and no words for it", f"say {' and '.join(_how_to_mend(row))} in each language"
    return None


def _how_to_mend(row: Attribute) -> tuple[str, ...]:
    """The keys of the messages without which its remedy could not be told."""
    return tuple(f"do.{audience}.{row.remedy}.{row.name}" for audience in ("self", "helpdesk"))


def _wrong_value(row: Attribute) -> tuple[str, str] | None:
    if row.better is not Better.NEITHER and row.better not in DIRECTIONS[row.kind]:
        return f"{row.kind.name} does not get better by being {row.better}", "choose another direction"
    if row.kind is Kind.CHOICE and len(set(row.choices)) < 2:
        return "a choice has two values or more", "name them in `choices`, the worst first"
    if row.kind is Kind.NUMBER and row.least >= row.greatest:
        return "its least is not below its greatest", "say both"
    if row.better is not Better.NEITHER and not row.is_worst_the_worst:
        return f"{row.worst!r} is not the worst that {row.kind.name} can be", "what is not known must read as the worst"
    return None
