"""Reading a source's records by a table: which of its fields is which column, and what its words come to.

A table has no code of its own, so that a new product is a few lines that can be checked against its documentation.
Fields have the dotted names that `flattening` gives them, and stay what they are beside the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.texts import address, line, number, port
from limen.monitor.normal_form.times import instant

Paths = str | tuple[str, ...]
LIMENS_OWN: Final = frozenset(
    ("uid", "received_at", "source", "mapper", "person_id", "target_person_id", "device_id", "session", "raw", "fields")
) | {"src_country", "src_network"}
"""Columns that no sender may fill: what stands there was found out by Limen."""
CONVERTED: Final[Mapping[str, Callable[[object], object]]] = {
    "src_ip": address,
    "dst_ip": address,
    "src_port": port,
    "dst_port": port,
    "bytes_in": number,
    "bytes_out": number,
    "class_uid": number,
    "activity_id": number,
    "severity_id": number,
    "status_id": number,
}
"""All other columns are texts."""


@dataclass(frozen=True, slots=True)
class Said:
    """A number by the word that stands in a field, however it is written."""

    where: Paths
    words: Mapping[str, int]
    otherwise: int = 0

    def number(self, fields: Fields) -> int:
        value = _first(fields, self.where)
        if value is None:
            return 0
        return self.words.get(line(value).casefold(), self.otherwise)


class Plan(NamedTuple):
    """What is to be looked at of records that have the same fields: columns with the fields that are there for them,
    numbers by words, other names, where the time stands, and what the id is made of.
    """

    columns: tuple[tuple[str, tuple[str, ...], Callable[[object], object]], ...]
    numbers: tuple[tuple[str, Said], ...]
    names: tuple[tuple[str, str], ...]
    at: tuple[str, ...]
    id: tuple[str, ...]


_MOST_PLANS: Final = 512
_LONGEST_NAMES: Final = 20_000
"""Plans of a shape that are remembered, and characters of all names of one: a sender has no use of filling either."""
_NOTHING: Final = (None, "")


@dataclass(frozen=True)
class Shape:
    """One sort of record.

    `fixed` are columns that are the same for all of this sort, `columns` those that stand in a field (of several the
    first that says something), `said` those that are a number by a word. `names`: by which other names rules know a
    field. `at` is where its time stands, `id` what its unique id is made of, if it has one.
    """

    fixed: Mapping[str, str | int] = field(default_factory=dict)
    columns: Mapping[str, Paths] = field(default_factory=dict)
    said: Mapping[str, Said] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    at: Paths = ()
    id: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wanted = {*self.fixed, *self.columns, *self.said}
        wrong = (wanted & LIMENS_OWN) | (wanted - set(NormalEvent.__struct_fields__))
        if wrong:
            raise ValueError(f"no mapper may fill {', '.join(sorted(wrong))}")

    def beside(
        self,
        fixed: Mapping[str, str | int] | None = None,
        columns: Mapping[str, Paths] | None = None,
        said: Mapping[str, Said] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Shape:
        """A shape with more or other columns."""
        return replace(
            self,
            fixed={**self.fixed, **(fixed or {})},
            columns={**self.columns, **(columns or {})},
            said={**self.said, **(said or {})},
            names={**self.names, **(names or {})},
        )

    def draft(self, raw: str, fields: Fields, zone: str = "") -> Draft:
        """What a record comes to."""
        columns: dict[str, Any] = dict(self.fixed)
        steps, numbers, names, ats, ids = self._plan(tuple(fields))
        for column, paths, convert in steps:
            for path in paths:
                if found := convert(fields[path]):
                    columns[column] = found
                    break
        for column, said in numbers:
            if found := said.number(fields):
                columns[column] = found
        for name, written in names:
            fields[name] = fields[written]
        at = next((found for path in ats if (found := fields[path]) not in _NOTHING), "")
        unique = ":".join([line(fields[name]) for name in ids]) if ids else ""
        return Draft(raw, fields, columns, instant(at, zone) if at != "" else 0, unique)

    @property
    def remembered(self) -> int:
        """For how many sets of fields a plan is remembered."""
        return len(self._plans)

    def _plan(self, there: tuple[str, ...]) -> Plan:
        """What is to be looked at of a record with these fields: those of one source have few sets of them."""
        plan = self._plans.get(there)
        if plan is None:
            plan = self._planned(frozenset(there))
            if sum(map(len, there)) <= _LONGEST_NAMES:
                if len(self._plans) >= _MOST_PLANS:
                    self._plans.clear()
                self._plans[there] = plan
        return plan

    def _planned(self, there: frozenset[str]) -> Plan:
        steps = [
            (name, tuple(path for path in several(paths) if path in there), CONVERTED.get(name, line))
            for name, paths in self.columns.items()
        ]
        numbers = [(name, said) for name, said in self.said.items() if there.intersection(several(said.where))]
        names: dict[str, str] = {}
        for name, written in self.names.items():
            if (written in there or written in names) and name not in there:
                names[name] = written
        at, unique = (
            tuple(path for path in paths if path in there or path in names) for paths in (several(self.at), self.id)
        )
        return Plan(tuple(step for step in steps if step[1]), tuple(numbers), tuple(names.items()), at, unique)

    @cached_property
    def _plans(self) -> dict[tuple[str, ...], Plan]:
        return {}


@dataclass(frozen=True)
class Sorts:
    """A product's records, which a word in a field tells apart: `sorts` has the columns of those that are known."""

    where: str
    shape: Shape
    sorts: Mapping[str, Mapping[str, str | int]]
    otherwise: Mapping[str, str | int] = field(default_factory=dict)

    def draft(self, raw: str, fields: Fields, zone: str = "") -> Draft:
        """What a record comes to. What its own fields say counts before what is so for its sort."""
        found = self.shape.draft(raw, fields, zone)
        word = fields.get(self.where)
        sort = self.sorts.get(word) if isinstance(word, str) else None
        found.columns = {**(self.otherwise if sort is None else sort), **found.columns}
        return found


def several(paths: Paths) -> tuple[str, ...]:
    return (paths,) if isinstance(paths, str) else paths


def _first(fields: Fields, paths: Paths) -> object:
    if isinstance(paths, str):
        return fields.get(paths)
    return next((found for path in paths if (found := fields.get(path)) not in _NOTHING), None)
