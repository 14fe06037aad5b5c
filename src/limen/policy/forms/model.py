"""What a form holds: frozen values that can only be made when they make sense, so that each one can be written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal as OneOf

from limen.cedar.literals import has_text
from limen.cedar.values import Datetime
from limen.clock import DAY, Instant, Milliseconds
from limen.errors import LimenError
from limen.facts import ACTIONS
from limen.policy.annotations import Phase, State
from limen.policy.attribute import Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.decision import Named

EVERY_DAY: Final = frozenset(range(1, 8))
"""Monday, 1, to Sunday, 7."""
DAY_MINUTES: Final = 24 * 60
LONGEST: Final[Milliseconds] = 366 * DAY
"""The longest time that a sign-in or a proof may be good for."""
RISK: Final = "risk.score"
MOST_NEEDS: Final = 20
MOST_EXEMPTIONS: Final = 200
MOST_NAMES: Final = 300
MAX_WORDS: Final = 500
TEXTS: Final = ("title", "reason", "reason_de", "allow_unknown", "always")
"""What a form says in words of its own, each an annotation of the policy under the same name."""

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_PERSON: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class FormError(LimenError):
    """A form that makes no sense, and what to change."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Days of the week (1 Monday to 7 Sunday) and minutes of the day, in the company's time zone.

    From `start` on and before `end`; an `end` before `start` is on the next morning. 0 to 1440 is the whole day.
    """

    days: frozenset[int] = EVERY_DAY
    start: int = 0
    end: int = DAY_MINUTES

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY:
            raise FormError("hours need at least one day of the week", "choose the days")
        if not (0 <= self.start < DAY_MINUTES and 0 < self.end <= DAY_MINUTES):
            raise FormError("hours must be between 00:00 and 24:00", "write them as 06:00 and 20:00")
        if self.start == self.end:
            raise FormError("these hours start and end at the same minute", "choose two different times")
        if self.is_always:
            raise FormError("these hours cover all the time", "leave them out, or choose days or times")

    @property
    def is_always(self) -> bool:
        return self.days == EVERY_DAY and self.is_whole_day

    @property
    def is_whole_day(self) -> bool:
        return self.start == 0 and self.end == DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be true, all of it. Unsaid is not asked for; what is not known counts as no.

    `asks`: rows of the table of attributes by path, and what is asked of each: True of a flag or a choice (as good as
    it can be), the least of a number (of a risk: what it stays below), how many milliseconds ago at most of an instant,
    the names of which a text is one, the members that a set has to have.
    `country_known` and `not_countries`: from a country that is known, and from none of these.
    `risk_may_be_unknown` lets a risk pass that is not known. `until`: before this instant.
    """

    asks: Mapping[str, Any] = field(default_factory=dict)
    country_known: bool = False
    not_countries: frozenset[str] = frozenset()
    risk_may_be_unknown: bool = False
    hours: Hours | None = None
    until: Instant | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "asks", MappingProxyType(dict(self.asks)))
        for path, value in self.asks.items():
            check_asked(path, value)
        _check_names("place.country", self.not_countries)
        if self.risk_may_be_unknown and RISK not in self.asks:
            raise FormError(
                "no risk limit is set, so whether it is known makes no difference", "set how high it may be"
            )
        if self.until is not None and not (self.until >= 0 and has_text(Datetime(self.until))):
            raise FormError("this date is too far away", "choose one of the next years")

    @property
    def is_empty(self) -> bool:
        return self == Needs()

    @property
    def lets_unknown_pass(self) -> bool:
        """Whether there is a fact that may be unknown here and still fulfil this, while a known bad one would not."""
        return self.risk_may_be_unknown or bool(self.not_countries and not self.country_known)


def check_asked(path: str, value: Any) -> None:
    """Raise `FormError` where this can't be asked of the attribute, whatever its type."""
    row = ATTRIBUTES.table.offered.get(path)
    if row is None:
        raise FormError("there is no such fact", "choose from those that exist")
    match row.kind:
        case Kind.NUMBER:
            if type(value) is not int or not 0 < value <= row.greatest:
                raise FormError(f"{row.form} goes from 0 to {row.greatest}", f"choose a number of 1 to {row.greatest}")
        case Kind.INSTANT:
            if type(value) is not int or not 0 < value <= LONGEST:
                fix = "write it as 4h"
                raise FormError("a sign-in can be required within a year at most", fix)
        case Kind.TEXT:
            if not isinstance(value, frozenset) or not value:
                raise FormError(f"{row.form}: nothing is selected", "name at least one")
            _check_names(path, value)
        case Kind.SET:
            if not isinstance(value, frozenset) or not value or not value <= set(row.choices):
                raise FormError(f"{row.form}: there is no such one", f"choose from {', '.join(row.choices)}")
        case _:
            if value is not True:
                raise FormError(f"{row.form}: this is either required or not", "select it, or leave it out")


def _check_names(path: str, names: frozenset[str]) -> None:
    if len(names) > MOST_NAMES:
        raise FormError(f"there are more than {MOST_NAMES} names in one list", "list fewer")
    for name in names:
        if path == "place.country" and not _COUNTRY.fullmatch(name):
            raise FormError(f"{name[:20]!r} is not a country code", "use two capital letters, such as DE")
        if not _is_name(name):
            raise FormError(f"{name[:20]!r} is not a valid name", "choose from those that exist")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One person to whom a rule does not apply before `until`, and why. `person` is the opaque id."""

    person: str
    until: Instant
    reason: str = ""

    def __post_init__(self) -> None:
        if not _PERSON.fullmatch(self.person):
            raise FormError("an exception is for a person", "choose the person")
        if not (self.until >= 0 and has_text(Datetime(self.until))):
            raise FormError("an exception needs an end", "choose a date of the next years")
        if self.reason != self.reason.strip() or len(self.reason) > MAX_WORDS or not _is_line(self.reason):
            raise FormError("the reason for an exception must be one line", "write it in one line")


@dataclass(frozen=True, slots=True)
class Form:
    """One policy. A `permit` opens; a `forbid` closes unless what it needs is fulfilled.

    Whom it is about: people in one of `groups` (none named: everybody), but nobody in `except_groups`; with
    `is_for_workloads` services instead. What: `apps` (none named: all, and `is_for_apps_only` leaves out what is no
    app), whose `sensitivity` is at most (permit) or at least (forbid) this. `actions`: none named is all of them.

    `needs`: of a permit exactly one, of a forbid each is enough by itself, and none at all closes it outright.
    `always` says why a forbid holds in an app's onboarding, too.
    `spares_limen`: a policy about all apps that leaves Limen itself alone. `allow_unknown` says why a fact that is not
    known may pass here; it is needed where one does.
    """

    id: str
    effect: OneOf["permit", "forbid"]
    title: str = ""
    reason: str = ""
    reason_de: str = ""
    phase: Phase | None = None
    state: State = State.ENFORCE
    groups: frozenset[str] = frozenset()
    except_groups: frozenset[str] = frozenset()
    is_for_workloads: bool = False
    apps: frozenset[str] = frozenset()
    is_for_apps_only: bool = False
    sensitivity: int | None = None
    actions: frozenset[str] = frozenset()
    spares_limen: bool = False
    needs: tuple[Needs, ...] = (Needs(),)
    exemptions: tuple[Exemption, ...] = ()
    allow_unknown: str = ""
    always: str = ""

    def __post_init__(self) -> None:
        for what, fix in self._wrong():
            raise FormError(what, fix)

    @property
    def is_permit(self) -> bool:
        return self.effect == "permit"

    @property
    def sorted_actions(self) -> tuple[str, ...]:
        """From the mildest to the strictest."""
        return tuple(action for action in ACTIONS if action in self.actions)

    def _wrong(self) -> Iterator[tuple[str, str]]:
        yield from self._wrong_words()
        if not self.actions <= set(ACTIONS):
            yield "there is no such action", f"choose from {', '.join(ACTIONS)}"
        if any(not _is_name(name) for name in self.groups | self.except_groups | self.apps):
            yield "groups and apps have names", "choose from those that exist"
        if max(len(self.groups), len(self.except_groups), len(self.apps)) > MOST_NAMES:
            yield f"there are more than {MOST_NAMES} names in one list", "list fewer"
        if self.groups & self.except_groups:
            yield "a group can't be both included and excluded", "remove it from one of the two"
        if self.sensitivity is not None and not 0 <= self.sensitivity <= 3:
            yield "a label is a number from 0 to 3", "choose a label"
        yield from self._wrong_permit() if self.is_permit else self._wrong_forbid()
        if not self.allow_unknown and any(one.lets_unknown_pass for one in self.needs):
            fact = "a risk" if any(one.risk_may_be_unknown for one in self.needs) else "a country"
            yield (
                f"{fact} that is unknown would be accepted here",
                "require it to be known, or explain why it may be unknown",
            )

    def _wrong_words(self) -> Iterator[tuple[str, str]]:
        if not _ID.fullmatch(self.id) or self.id in set(Named):
            yield f"a policy can't be named {self.id[:80]!r}", "use a-z, 0-9 and `-`"
        for words in (getattr(self, name) for name in TEXTS):
            if len(words) > MAX_WORDS:
                yield f"title and reasons are at most {MAX_WORDS} characters long", "shorten it"
            if not _is_text(words):
                yield "title and reasons contain an invalid character", "remove it"
        if self.reason_de and not self.reason:
            yield "the reason is given only in German", "write it in the other field too, for everyone else"

    def _wrong_permit(self) -> Iterator[tuple[str, str]]:
        if len(self.needs) != 1:
            yield "a rule that grants access has one list of conditions", "write another policy for the alternative"
        if self.exemptions:
            yield "exceptions are only for rules that block access", "remove them here"
        if self.spares_limen and self.apps:
            yield "this rule names its apps, so Limen doesn't need to be left out", "remove the exception for Limen"

    def _wrong_forbid(self) -> Iterator[tuple[str, str]]:
        if len(self.needs) > MOST_NEEDS or any(one.is_empty for one in self.needs):
            yield (
                "one of the alternatives has no conditions, so nothing would be blocked",
                "add conditions to it, or remove it",
            )
        if len(self.exemptions) > MOST_EXEMPTIONS:
            yield f"there are more than {MOST_EXEMPTIONS} exceptions", "put these people into a group"
        if len({one.person for one in self.exemptions}) != len(self.exemptions):
            yield "there are two exceptions for one person", "keep the one that ends later"
        if self.spares_limen and self.apps:
            yield "this rule names its apps, so Limen doesn't need to be exempt", "remove the exemption for Limen"


def _is_line(text: str) -> bool:
    return all(char.isprintable() for char in text)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 80 and _is_text(text)


def _is_text(text: str) -> bool:
    """Can it stand in a file? A lone half of a surrogate pair and a NUL can't."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
