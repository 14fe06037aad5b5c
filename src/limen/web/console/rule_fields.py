"""A rule's form as the fields of a page, and what was sent as a form again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final, TypeVar

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.facts import ACTIONS
from limen.messages import times
from limen.policy import Phase, State
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.forms import EVERY_DAY, Exemption, Form, FormError, Hours, Needs
from limen.policy.forms.model import LONGEST, MAX_WORDS, TEXTS, check_asked
from limen.policy.time_words import length_text
from limen.web.requests import one

MOST_WAYS: Final = 6
STRENGTHS: Final = ("no requirement", "to be signed in", "two factors", "a passkey")
BINDINGS: Final = ("not asked", "bound", "firmly bound", "bound in hardware", "at each request")
FIRST: Final = "auth_strength"
"""The field that each list of needs on a page has."""
SETS: Final = ("groups", "except_groups", "apps", "actions")
NETWORK: Final = "place.network"
EVERYBODY: Final = "everybody"
_UNITS: Final = (
    (1, "ms"),
    (SECOND, "s sec secs second seconds sek sekunde sekunden"),
    (MINUTE, "m min mins minute minutes minuten"),
    (HOUR, "h hr hrs hour hours std stunde stunden"),
    (DAY, "d day days tag tage tagen"),
    (7 * DAY, "w week weeks woche wochen"),
)
_UNIT: Final = {word: size for size, words in _UNITS for word in words.split()}
_LENGTH: Final = re.compile(r"([0-9]{1,9})\s*([a-z]{1,8})\.?\s*(?:,|and\b|und\b)?\s*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_T = TypeVar("_T")


class FieldError(FormError):
    """What is wrong with one field of the page; `field` is its name ("": it is about the whole)."""

    def __init__(self, field: str, what: str, fix: str) -> None:
        super().__init__(what, fix)
        self.field = field


def needs_fields(form: Form, zone: tzinfo) -> dict[str, list[str]]:
    """The fields of a form's lists of needs, and for what closes an app an empty one more, in which another can be
    written. Those of the first list begin with `w0_`.
    """
    every = [*form.needs]
    if not form.is_permit and len(every) < MOST_WAYS:
        every.append(Needs())
    return {f"w{number}_{name}": values for number, needs in enumerate(every) for name, values in _shown(needs, zone)}


def form_in(sent: Mapping[str, Sequence[str]], form_id: str, effect: str, zone: tzinfo) -> Form:
    """The form that these fields make. Raises `FieldError` with the field and what to change.

    Neither "everybody" nor "asks for nothing" is ever meant by leaving fields empty: each has a field of its own.
    """
    is_permit = effect == "permit"
    ways = [way for number in range(MOST_WAYS) if (way := _needs(sent, f"w{number}_", zone)) is not None]
    asked = [way for way in ways if not way.is_empty]
    _check_groups(sent)
    _check_asked(asked, is_permit=is_permit, is_nothing_meant=bool(one(sent, "asks_nothing")))
    said: dict[str, Any] = {
        **{name: _line(one(sent, name)) for name in TEXTS if name != "always" or not is_permit},
        **{name: frozenset(sent.get(name, ())) for name in SETS},
        "phase": _chosen(Phase, one(sent, "phase")),
        "state": _chosen(State, one(sent, "state")) or State.ENFORCE,
        "is_for_workloads": bool(one(sent, "workloads")),
        "is_for_apps_only": bool(one(sent, "apps_only")),
        "sensitivity": _at("sensitivity", _number, one(sent, "sensitivity")),
        "spares_limen": bool(one(sent, "spares_limen")) and not sent.get("apps"),
        "needs": tuple(asked or [Needs()]) if is_permit else tuple(asked),
        "exemptions": tuple(_exemptions(sent, zone)),
    }
    try:
        return Form(form_id, "permit" if is_permit else "forbid", **said)
    except FormError as wrong:
        raise FieldError(_field_of(said), wrong.what, wrong.fix) from None


def _check_groups(sent: Mapping[str, Sequence[str]]) -> None:
    groups, is_everybody = sent.get("groups"), one(sent, "who") == EVERYBODY
    if groups and is_everybody:
        raise FieldError("groups", "both groups and “everyone” are selected", "choose one of the two")
    if not groups and not is_everybody:
        raise FieldError("groups", "nobody is selected", "select a group, or “everyone”")


def _check_asked(asked: Sequence[Needs], *, is_permit: bool, is_nothing_meant: bool) -> None:
    if asked and is_nothing_meant:
        raise FieldError(
            "asks_nothing",
            "there are conditions, and “no exceptions” or “no further conditions” is selected too",
            "clear one of the two",
        )
    if not asked and not is_nothing_meant:
        fix = "choose at least one condition, such as a passkey"
        if not is_permit:
            fix += ", or block with no exceptions"
        raise FieldError(f"w0_{FIRST}", "there are no conditions", fix)


def _field_of(said: Mapping[str, Any]) -> str:
    """Which field to mend where the parts are right by themselves and the whole is not."""
    if not said["allow_unknown"] and any(needs.lets_unknown_pass for needs in said["needs"]):
        return "allow_unknown"
    if said["groups"] & said["except_groups"]:
        return "except_groups"
    if len({exempt.person for exempt in said["exemptions"]}) != len(said["exemptions"]):
        return "exceptions"
    return next((name for name in TEXTS if len(said.get(name, "")) > MAX_WORDS), "")


def _at(field: str, work: Callable[..., _T], *given: Any) -> _T:
    """What `work` makes of this; what it can't take is the fault of that field."""
    try:
        return work(*given)
    except FormError as wrong:
        raise FieldError(field, wrong.what, wrong.fix) from None


def local_text(at: Instant | None, zone: tzinfo) -> str:
    """An instant as the field of a page takes it: local date and time."""
    if at is None:
        return ""
    moment = datetime.fromtimestamp(at // 1000, zone).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def local_instant(text: str, zone: tzinfo) -> Instant | None:
    """What such a field says. A date without a time is the end of that day. Raises `FormError`."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-11-27"):
            moment = moment.replace(hour=23, minute=59)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()) * 1000
    except (ValueError, OverflowError, OSError):
        raise FormError(f"{text[:40]!r} is not a valid date", "write it as 2026-11-27 18:00") from None


def _shown(needs: Needs, zone: tzinfo) -> Iterator[tuple[str, list[str]]]:
    hours = needs.hours
    yield FIRST, ["0"]
    yield from ((row.key, _field(row, needs.asks[row.path])) for row in offered() if row.path in needs.asks)
    yield "country_known", ["1"] if needs.country_known else []
    yield "risk_may_be_unknown", ["1"] if needs.risk_may_be_unknown else []
    yield "not_countries", [", ".join(sorted(needs.not_countries))]
    yield "days", [str(day) for day in sorted(hours.days)] if hours and hours.days != EVERY_DAY else []
    yield "start", ["" if hours is None or hours.is_whole_day else times.minute_of_day(hours.start)]
    yield "end", ["" if hours is None or hours.is_whole_day else times.minute_of_day(hours.end % (24 * 60))]
    yield "until", [local_text(needs.until, zone)]


def offered() -> Iterable[Attribute]:
    """What a rule can ask for; `key` of each is the name of its field."""
    return ATTRIBUTES.table.offered.values()


def _field(row: Attribute, value: Any) -> list[str]:
    """What is asked of an attribute as its field takes it."""
    match row.kind:
        case Kind.NUMBER:
            return [str(value)]
        case Kind.INSTANT:
            return [length_text(value)]
        case Kind.TEXT:
            return sorted(value) if row.path == NETWORK else [", ".join(sorted(value))]
        case Kind.SET:
            return sorted(value)
    return ["1"]


def _asked(row: Attribute, values: Sequence[str]) -> Any:
    """What its field asks of an attribute; what is no truth asks for nothing. Raises `FormError`."""
    text = values[0].strip() if values else ""
    match row.kind:
        case Kind.NUMBER:
            asked: Any = _number(text)
        case Kind.INSTANT:
            asked = _length(text)
        case Kind.SET:
            asked = frozenset(values)
        case Kind.TEXT if row.path == NETWORK:
            asked = frozenset(values)
        case Kind.TEXT:
            asked = _countries(text) if row.path == "place.country" else frozenset(filter(None, _commas(text)))
        case _:
            return bool(text)
    if asked:
        check_asked(row.path, asked)
    return asked


def _commas(text: str) -> Iterable[str]:
    return map(str.strip, text.split(","))


def _needs(sent: Mapping[str, Sequence[str]], prefix: str, zone: tzinfo) -> Needs | None:
    """One list of needs; None where the page had none of this number."""
    if prefix + FIRST not in sent:
        return None

    def said(name: str) -> str:
        return one(sent, prefix + name).strip()

    def at(name: str, work: Callable[..., _T], *more: Any) -> _T:
        return _at(prefix + name, work, said(name), *more)

    asks = {row.path: _at(prefix + row.key, _asked, row, sent.get(prefix + row.key, ())) for row in offered()}
    given: dict[str, Any] = {
        "country_known": bool(said("country_known")),
        "not_countries": at("not_countries", _countries),
        "risk_may_be_unknown": bool(said("risk_may_be_unknown")),
        "hours": _at(f"{prefix}start", _hours, sent.get(f"{prefix}days", ()), said("start"), said("end")),
        "until": at("until", local_instant, zone),
    }
    # Of what is right by itself, only a risk can still be wrong together with what is beside it.
    asked = {path: value for path, value in asks.items() if value}
    return _at(f"{prefix}risk_score", lambda: Needs(asked, **given))


def _exemptions(sent: Mapping[str, Sequence[str]], zone: tzinfo) -> Iterator[Exemption]:
    """The exceptions that were there and are kept, and a new one. A page sends each under its own number."""
    numbers = sorted(name[1:].partition("_")[0] for name in sent if name.startswith("x") and name.endswith("_person"))
    for number in numbers:
        person = one(sent, f"x{number}_person")
        if not person or one(sent, f"x{number}_remove"):
            continue
        until = _at(f"x{number}_until", local_instant, one(sent, f"x{number}_until"), zone)
        if until is None:
            raise FieldError(f"x{number}_until", "an exception needs an end date", "set the date it ends")
        yield _at(f"x{number}_reason", Exemption, person, until, _line(one(sent, f"x{number}_reason")))


def _hours(days: Sequence[str], start: str, end: str) -> Hours | None:
    chosen = frozenset(int(day) for day in days if day in {"1", "2", "3", "4", "5", "6", "7"}) or EVERY_DAY
    if chosen == EVERY_DAY and not start and not end:
        return None
    begin, over = _minute(start, 0), _minute(end, 24 * 60)
    return Hours(chosen, begin, over or 24 * 60)


def _minute(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal() and int(hour) < 24 and int(minute[:2]) < 60):
        raise FormError(f"{text[:20]!r} is not a valid time", "write it as 06:00")
    return int(hour) * 60 + int(minute[:2])


def _length(text: str) -> Milliseconds | None:
    """`4h`, `4 hours`, `90 minutes`, `1h30m`, `4 Std.`: as people write it."""
    if not text:
        return None
    rest, length = text.strip().lower(), 0
    while rest:
        found = _LENGTH.match(rest)
        if found is None or found[2] not in _UNIT:
            raise FormError(f"{text[:40]!r} is not a valid duration", "write it as 15m, 4 hours or 2d")
        length += int(found[1]) * _UNIT[found[2]]
        rest = rest[found.end() :]
    if not 0 < length <= LONGEST:
        raise FormError(f"{text[:40]!r} is not between a second and a year", "write it as 15m, 4 hours or 2d")
    return length


def _countries(text: str) -> frozenset[str]:
    words = text.replace(",", " ").replace(";", " ").split()
    for word in words:
        if not _COUNTRY.fullmatch(word.upper()):
            raise FormError(f"{word[:20]!r} is not a country code", "enter two-letter codes, such as DE, AT")
    return frozenset(word.upper() for word in words)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise FormError(f"{text[:20]!r} is not a number", "enter or choose one")
    return int(text)


def _chosen(words: Any, text: str) -> Any:
    return words(text) if text in set(words) else None


def _line(text: str) -> str:
    return " ".join(text.split())


def blank(effect: str, app: str) -> Form:
    """What a new rule about an app ("": about every app) starts from: that people may use it with a passkey, or that
    something is asked of them that is still to be said.
    """
    apps = frozenset({app} if app else ())
    if effect == "permit":
        return Form("new", "permit", apps=apps, actions=frozenset(ACTIONS[:3]), needs=(Needs({"auth.strength": 3}),))
    return Form("new", "forbid", apps=apps, spares_limen=not app, needs=())
