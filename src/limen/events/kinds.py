"""Every kind of event: those that Limen itself knows, and those that its parts add, each declared in one place.

A part declares its kinds in its own folder and hands `declared(…)` of them to `KINDS.compose`. Notices, timelines,
records, erasure and the reference follow from that.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from limen.declared import LIMEN_ITSELF, Declared
from limen.events.access_kinds import ACCESS_KINDS
from limen.events.account_kinds import ACCOUNT_KINDS
from limen.events.headings import APP_FILTERS, FAMILIES, PERSON_FILTERS
from limen.events.kind import Family, Filter, Kind, KindError
from limen.events.running_kinds import RUNNING_KINDS

T = TypeVar("T")


class UndeclaredKindWarning(UserWarning):
    """An event is recorded under a kind that no part declares."""


def declared(*kinds: Kind) -> dict[str, Kind]:
    """These kinds by their names. Raises KindError where one is declared twice."""
    by_name: dict[str, Kind] = {}
    for kind in kinds:
        if by_name.setdefault(kind.name, kind) is not kind:
            raise KindError(f"the kind of event {kind.name} is declared twice", "give one of them another name")
    return by_name


class Kinds(Declared[Kind]):
    """All kinds by their names. One name of a filter stands for one filter, whichever parts show kinds under it."""

    def compose(self, parts: Mapping[str, Mapping[str, Kind]]) -> None:
        """As `Declared.compose`. Raises KindError, too, which names both parts whose filters differ under one name."""
        claimed: dict[tuple[str, str], tuple[Filter, str]] = {}
        for part, kinds in {LIMEN_ITSELF: self._own, **parts}.items():
            for kind in kinds.values():
                of_person = [("person", heading) for heading in kind.topic.filters]
                for whose, heading in (*of_person, *(("app", heading) for heading in kind.app_filters)):
                    first, by = claimed.setdefault((whose, heading.name), (heading, part))
                    if heading != first:
                        raise KindError(
                            f"{by} and {part} declare different filters {heading.name} of the timeline of each {whose}",
                            "give one of them another name",
                        )
        super().compose(parts)


KINDS: Final = Kinds("kind of event", declared(*ACCESS_KINDS, *ACCOUNT_KINDS, *RUNNING_KINDS))


def families() -> dict[Family, tuple[str, ...]]:
    """The names of all kinds by their families: Limen's own in their order, then what the parts add."""
    return _grouped(FAMILIES, ((kind.name, (kind.topic.family,)) for kind in KINDS.values()))


def person_filters() -> dict[Filter, tuple[str, ...]]:
    """The filters of a person's timeline, each with the names of the kinds that it shows."""
    return _grouped(PERSON_FILTERS, ((kind.name, kind.topic.filters) for kind in KINDS.values()))


def app_filters() -> dict[Filter, tuple[str, ...]]:
    """The filters of an app's timeline, each with the names of the kinds that it shows."""
    return _grouped(APP_FILTERS, ((kind.name, kind.app_filters) for kind in KINDS.values()))


def _grouped(first: Iterable[T], kinds: Iterable[tuple[str, tuple[T, ...]]]) -> dict[T, tuple[str, ...]]:
    found: dict[T, list[str]] = {group: [] for group in first}
    for name, groups in kinds:
        for group in groups:
            found.setdefault(group, []).append(name)
    return {group: tuple(names) for group, names in found.items()}


def warn_if_undeclared(kind: str) -> None:
    """Warn of an event that is about to be recorded under a kind that no part declares.

    That is a mistake in a program, so tests turn the warning into an error. In service the event is kept all the same,
    as OCSF's Base Event: a journal that loses what happened because of a missing declaration would be worse.
    """
    if kind not in KINDS:
        warnings.warn(f"no part declares the kind of event {kind!r}", UndeclaredKindWarning, stacklevel=3)
