"""A search in Lucene's query syntax, read into conditions over columns. Pure: it asks nothing of a store.

`user:ida AND NOT src_ip:203.0.113.*`, `bytes_out:>=1000000`, `"wrong password"`, `kind:(a OR b)`, `host:*`. A term
without a field is looked for in what the source wrote. What has no meaning here is refused with its place in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.clock import Instant
from limen.configuration.problem import shown
from limen.errors import LimenError
from limen.monitor.normal_form.event import PATHS, NormalEvent

LONGEST: Final = 2_000
MOST_TERMS: Final = 100
DEEPEST: Final = 20
RAW: Final = "raw"
NUMBERS: Final = frozenset(name for name, kind in NormalEvent.__annotations__.items() if kind in {"int", "Instant"})
INSTANTS: Final = frozenset({"at", "received_at"})
COLUMNS: Final = frozenset(NormalEvent.__struct_fields__) - {"fields"}
_BY_NAME: Final = {**{path.lower(): column for path, column in PATHS.items()}, **{one: one for one in COLUMNS}}
PEOPLE: Final = ("person_id", "target_person_id")
_FIELD_NAME: Final = re.compile(r"[\w.@#$ /()-]{1,200}")


class QueryError(LimenError):
    """A search that can't be understood. `position` counts the characters before what is wrong; -1: the end."""

    def __init__(self, what: str, fix: str, position: int = 0) -> None:
        super().__init__(what, fix)
        self.position = position


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of the normal form."""

    name: str


@dataclass(frozen=True, slots=True)
class Own:
    """A field under the name that its source gave it."""

    name: str


@dataclass(frozen=True, slots=True)
class Equals:
    """One of these texts, whatever the case; or, of numbers, one of these."""

    of: Column | Own
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """Somewhere in it, whatever the case."""

    of: Column | Own
    text: str


@dataclass(frozen=True, slots=True)
class Fits:
    """`parts` follow each other, with anything between them, whatever the case. The first begins it and the last ends
    it; "" there leaves that open.
    """

    of: Column | Own
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A number from `low` to `high`, both included; None: no bound."""

    of: Column | Own
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Exists:
    """It is known."""

    of: Column | Own


@dataclass(frozen=True, slots=True)
class Not:
    one: Condition


@dataclass(frozen=True, slots=True)
class All:
    every: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    either: tuple[Condition, ...]


Condition = Equals | Contains | Fits | Within | Exists | Not | All | AnyOf

NOTHING: Final = All(())
"""What an empty search asks: everything."""


@dataclass(frozen=True, slots=True)
class Names:
    """What names in a search stand for: `people` and `devices` give the ids of whoever is called so (email, name).
    `instant` reads a date or time in the company's zone, None where it is none.
    """

    people: Callable[[str], tuple[str, ...]] = lambda _name: ()
    devices: Callable[[str], tuple[str, ...]] = lambda _name: ()
    instant: Callable[[str], Instant | None] = lambda _text: None


def read_query(text: str, names: Names | None = None) -> Condition:
    """What a search asks. Raises QueryError."""
    from luqum.exceptions import ParseError  # type: ignore[import-untyped]  # noqa: PLC0415 -- only who searches needs it
    from luqum.thread import parse  # type: ignore[import-untyped]  # noqa: PLC0415 -- as above

    if len(text) > LONGEST:
        raise QueryError(f"a search has at most {LONGEST} characters", "search in two steps")
    if not text.strip():
        return NOTHING
    if _nesting(text) > DEEPEST:
        raise QueryError(f"parentheses stand at most {DEEPEST} deep", "take some away")
    try:
        tree = parse(text)
    except ParseError as error:
        raise QueryError(
            "this is not understood", 'put what has a special meaning in quotes: "a:b"', _place(error)
        ) from None
    except RecursionError:
        raise _too_deep() from None
    try:
        return _Reading(names or Names()).condition(tree, None)
    except RecursionError:
        raise _too_deep() from None


def _too_deep() -> QueryError:
    """What nests without parentheses: `NOT NOT …`, `++++a`, `a:a:a:…`."""
    return QueryError("this is nested too deeply", "take some of the signs away")


def columns_in(condition: Condition) -> frozenset[str]:
    """The columns that a condition looks at."""
    match condition:
        case All(every=some) | AnyOf(either=some):
            return frozenset().union(*(columns_in(one) for one in some))
        case Not(one=one):
            return columns_in(one)
        case _:
            return frozenset({condition.of.name} if isinstance(condition.of, Column) else ())


def _nesting(text: str) -> int:
    depth = deepest = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        deepest = max(deepest, depth)
    return deepest


def _place(error: Exception) -> int:
    found = re.search(r"position (\d+)", str(error))
    return int(found[1]) if found else -1


class _Reading:
    """Goes through a parsed search once. `terms` are counted, so that no search becomes a giant condition."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._terms = 0

    def condition(self, node: Any, field: str | None) -> Condition:
        kind = type(node).__name__
        groups: Mapping[str, Callable[[], Condition]] = {
            "AndOperation": lambda: self._all(node.children, field),
            "UnknownOperation": lambda: self._all(node.children, field),
            "OrOperation": lambda: AnyOf(tuple(self.condition(one, field) for one in node.children)),
            "BoolOperation": lambda: self._all(node.children, field),
            "Not": lambda: Not(self.condition(node.a, field)),
            "Prohibit": lambda: Not(self.condition(node.a, field)),
            "Plus": lambda: self.condition(node.a, field),
            "Group": lambda: self.condition(node.expr, field),
            "FieldGroup": lambda: self.condition(node.expr, field),
            "SearchField": lambda: self.condition(node.expr, self._named(node)),
        }
        if kind in groups:
            return groups[kind]()
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise QueryError(f"a search has at most {MOST_TERMS} terms", "search in two steps", node.pos or 0)
        terms: Mapping[str, Callable[[], Condition]] = {
            "Word": lambda: self._word(node, field),
            "Phrase": lambda: self._phrase(node, field),
            "Range": lambda: self._range(node, field),
            "From": lambda: self._bound(node, field, low=str(node.a), above=not node.include),
            "To": lambda: self._bound(node, field, high=str(node.a), below=not node.include),
        }
        if kind not in terms:
            raise QueryError(f"{shown(str(node))} has no meaning here", "write it without ~, ^ and /", node.pos or 0)
        return terms[kind]()

    def _all(self, nodes: Any, field: str | None) -> Condition:
        return All(tuple(self.condition(one, field) for one in nodes))

    # Fields

    def _named(self, node: Any) -> str:
        name = _unescaped(str(node.name))
        if not _FIELD_NAME.fullmatch(name):
            raise QueryError(f"{shown(name)} names no field", "`user:ida` looks in the field user", node.pos or 0)
        return name

    def _of(self, field: str) -> Column | Own:
        column = _BY_NAME.get(field.lower())
        return Column(column) if column else Own(field.removeprefix("fields."))

    # Terms

    def _word(self, node: Any, field: str | None) -> Condition:
        parts = _split(node.value)
        if field is None:
            texts = [part for part in parts if part]
            if not texts:
                return NOTHING
            found = tuple(Contains(Column(RAW), text.lower()) for text in texts)
            return found[0] if len(found) == 1 else All(found)
        if field.lower() in {"person", "device"}:
            return self._called(field.lower(), "*".join(parts), node)
        of = self._of(field)
        if parts == ("", ""):
            return Exists(of)
        if len(parts) > 1:
            self._refuse_number(of, node, "a number is written whole")
            return Fits(of, tuple(part.lower() for part in parts))
        return self._equals(of, parts[0], node)

    def _phrase(self, node: Any, field: str | None) -> Condition:
        text = _unescaped(node.value[1:-1])
        if field is None:
            return Contains(Column(RAW), text.lower())
        if field.lower() in {"person", "device"}:
            return self._called(field.lower(), text, node)
        return self._equals(self._of(field), text, node)

    def _range(self, node: Any, field: str | None) -> Condition:
        of = self._number_field(node, field)
        low, high = self._edge(of, str(node.low), node), self._edge(of, str(node.high), node)
        return Within(
            of,
            low if low is None or node.include_low else low + 1,
            high if high is None or node.include_high else high - 1,
        )

    def _bound(
        self, node: Any, field: str | None, *, low: str = "*", high: str = "*", above: bool = False, below: bool = False
    ) -> Condition:
        of = self._number_field(node, field)
        least, most = self._edge(of, low, node), self._edge(of, high, node)
        return Within(
            of,
            least + 1 if least is not None and above else least,
            most - 1 if most is not None and below else most,
        )

    def _called(self, kind: str, name: str, node: Any) -> Condition:
        """Whoever is called so; an id of Limen's own means itself."""
        find, columns = (self._names.people, PEOPLE) if kind == "person" else (self._names.devices, ("device_id",))
        ids = find(name) or ((name,) if re.fullmatch(r"[pd]_\w{1,60}", name) else ())
        if not ids:
            raise QueryError(
                f"no {kind} is called {shown(name)}", f"`{kind}:` takes a name or an email address", node.pos or 0
            )
        return AnyOf(tuple(Equals(Column(column), ids) for column in columns))

    def _equals(self, of: Column | Own, text: str, node: Any) -> Condition:
        if isinstance(of, Column) and of.name in NUMBERS:
            return Equals(of, (self._number(of, text, node),))
        return Equals(of, (text.lower(),))

    def _number_field(self, node: Any, field: str | None) -> Column | Own:
        of = self._of(field) if field is not None else None
        if of is None or (isinstance(of, Column) and of.name not in NUMBERS):
            raise QueryError("only a number or a time has a range", "name its field: `bytes_out:>1000`", node.pos or 0)
        return of

    def _refuse_number(self, of: Column | Own, node: Any, what: str) -> None:
        if isinstance(of, Column) and of.name in NUMBERS:
            raise QueryError(f"{of.name}: {what}", "write a range: `[10 TO 20]`", node.pos or 0)

    def _edge(self, of: Column | Own, text: str, node: Any) -> int | None:
        return None if text == "*" else self._number(of, _unescaped(text.strip('"')), node)

    def _number(self, of: Column | Own, text: str, node: Any) -> int:
        if isinstance(of, Column) and of.name in INSTANTS:
            at = self._names.instant(text)
            if at is not None:
                return at
        if not re.fullmatch(r"-?\d{1,18}", text):
            raise QueryError(
                f"{shown(text)} is no number", "write it in digits, a time as 2026-11-27T08:00", node.pos or 0
            )
        return int(text)


def fields_meant(prefix: str) -> list[str]:
    """Names of fields that begin so: columns first, then OCSF's names."""
    begun = prefix.lower()
    return [name for name in (*sorted(COLUMNS), *sorted(PATHS)) if name.startswith(begun)]


def _split(value: str) -> tuple[str, ...]:
    """A word's parts between its wildcards, unescaped; `?` counts as `*`."""
    parts, part, letters = [], "", iter(value)
    for letter in letters:
        if letter == "\\":
            part += next(letters, "\\")
        elif letter in "*?":
            parts.append(part)
            part = ""
        else:
            part += letter
    return (*parts, part)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
