"""What one row of the table of attributes says: a fact that policies can read, and which of its values is worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from ipaddress import ip_address
from typing import Any, Final

from limen.facts.facts import Plain


class Kind(Enum):
    """What an attribute's values are; each with its type in the Cedar schema."""

    BOOL = "Bool"
    NUMBER = "Long"
    TEXT = "String"
    CHOICE = "String, one of a few"  # the worst of its `choices` first
    INSTANT = "datetime"
    SET = "Set<String>"
    ADDRESS = "ipaddr"  # missing where it is not known

    @property
    def cedar(self) -> str:
        return self.value.partition(",")[0]


class Better(StrEnum):
    """When one value of an attribute is better than another."""

    HIGHER = "higher"  # numbers, instants (later), true over false, and later choices
    LOWER = "lower"
    SUPERSET = "superset"
    KNOWN = "known"  # any value is better than none, and no two values can be compared
    NEITHER = "neither"  # what is asked and when: it is no fact that gets worse


DIRECTIONS: Final[Mapping[Kind, frozenset[Better]]] = {
    Kind.BOOL: frozenset({Better.HIGHER, Better.LOWER}),
    Kind.NUMBER: frozenset({Better.HIGHER, Better.LOWER}),
    Kind.TEXT: frozenset({Better.KNOWN}),
    Kind.CHOICE: frozenset({Better.HIGHER}),
    Kind.INSTANT: frozenset({Better.HIGHER}),
    Kind.SET: frozenset({Better.SUPERSET}),
    Kind.ADDRESS: frozenset({Better.KNOWN}),
}
IS_THERE: Final = "*"
"""The `field` of an attribute that says whether the noun is there at all."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row.

    `path` is `noun.name`, as policies write it after `context.`. `field`: the field of the noun's dataclass that holds
    it; "": it is read from `Facts.more`. Of numbers, `least` and `greatest` are the bounds of what can be known
    (`worst` may lie outside: strength 0 is no proof at all); `is_open`: there are numbers beyond `greatest`, which is
    only the usual one. `choices`: what a CHOICE can be, the worst first; or the members that a SET usually has.

    `subject` is the name under which reasons and remedies speak of it, `age` that of how long ago an instant was.
    `remedy` is the kind of the remedy that makes it better, if a person can. `phrase` is how English says it in a
    description of who gains or loses what: of a flag, where it is true and where it is false; of a text, for `{}`, for
    none known, for any but `{}`; of an instant, with a date, within `{}`, more than `{}` ago, `{}` to `{}` ago; of a
    number, what it is a number of; of a choice or a set, nothing but its name.
    Its sentences are messages of Limen or of its part: `self.device.encrypted`, and the same for `helpdesk` and
    `administrator`, say what was missing; without them it is said of the noun in general. With a `remedy`,
    `do.self.mend_device.encrypted` and the same for `helpdesk` say what to do.
    `form` is how a rule's form names what it can ask for ("encrypted"): it offers every row that has one, a flag to
    tick, a number or a length of time to write, a text as names to choose from. `asked` is how its sentence says it,
    with `{}` for the number, the length or the names ("": it says `form`, or what `phrase` says of a flag).
    `fades`: of a device, it counts no longer than the report that told it (`Device.fades_at`); then it is not known.
    `matter`, of a new record's flag `known`: what kind of condition it is, to the person it refuses (`device`, `place`,
    `groups` …).
    """

    path: str
    kind: Kind
    better: Better
    worst: Plain | None
    field: str = ""
    least: int = 0
    greatest: int = 0
    is_open: bool = False
    choices: tuple[str, ...] = ()
    subject: str = ""
    age: str = ""
    remedy: str = ""
    phrase: tuple[str, ...] = ()
    form: str = ""
    asked: str = ""
    fades: bool = False
    matter: str = ""

    @property
    def noun(self) -> str:
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        return self.path.partition(".")[2]

    @property
    def cedar(self) -> str:
        """The path in full, as a policy writes it."""
        return self.path if self.noun in {"principal", "resource"} else f"context.{self.path}"

    @property
    def key(self) -> str:
        """Its name in policy tests and in forms, where it has none by hand."""
        return self.path.replace(".", "_")

    @property
    def called(self) -> str:
        return self.subject or self.path

    @property
    def age_called(self) -> str:
        return self.age or f"{self.path}.age"

    @property
    def best(self) -> Any:
        """The best value there is, of a flag, a number or a choice."""
        if self.kind is Kind.CHOICE:
            return self.choices[-1]
        if self.kind is Kind.BOOL:
            return self.better is Better.HIGHER
        return self.greatest if self.better is Better.HIGHER else self.least

    def is_no_better(self, one: Any, other: Any) -> bool:
        """Is `one` the same as `other`, or worse? "", and None for a missing address, are what is not known."""
        match self.better:
            case Better.LOWER:
                return bool(one >= other)
            case Better.KNOWN | Better.NEITHER:
                return one == other or (self.better is Better.KNOWN and one in ("", None))
        if self.kind is Kind.CHOICE:
            return self.choices.index(one) <= self.choices.index(other)
        if self.kind is Kind.SET:
            return frozenset(one) <= frozenset(other)
        return bool(one <= other)

    def holds(self, value: object) -> bool:
        """Is this a value of the attribute's type? Whoever learns facts may hand over anything; what does not fit is
        taken for not known.
        """
        match self.kind:
            case Kind.BOOL:
                return isinstance(value, bool)
            case Kind.NUMBER:
                if type(value) is not int:
                    return False
                return value == self.worst or (self.least <= value and (self.is_open or value <= self.greatest))
            case Kind.INSTANT:
                return type(value) is int and value >= 0
            case Kind.TEXT:
                return isinstance(value, str)
            case Kind.CHOICE:
                return value in self.choices
            case Kind.SET:
                return isinstance(value, tuple) and all(isinstance(one, str) for one in value)
            case Kind.ADDRESS:
                return value is None or (isinstance(value, str) and _is_address(value))

    @property
    def is_worst_the_worst(self) -> bool:
        """Is what stands for "not known" of the row's type, and no better than anything that can be known?"""
        if not self.holds(self.worst):
            return False
        match self.kind:
            case Kind.BOOL:
                return self.worst is (self.better is Better.LOWER)
            case Kind.NUMBER:
                return self.is_no_better(self.worst, self.least if self.better is Better.HIGHER else self.greatest)
            case Kind.CHOICE:
                return self.worst == self.choices[0]
        return not self.worst


@dataclass(frozen=True, slots=True)
class Noun:
    """A record that policies read. `made` is the class of its facts and `of` their field in `Facts` ("": only `more`).

    `present` is the attribute whose worst value says that nothing is known of it, so that every other is at its worst
    too ("": each may be known by itself). `is_closed`: parts can't add to it. `is_of_person`: nobody signed in has
    none.
    """

    name: str
    made: type | None = None
    of: str = ""
    present: str = ""
    is_closed: bool = False
    is_of_person: bool = True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
