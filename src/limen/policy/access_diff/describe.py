"""What newly reachable found, in sentences: "Finance (3 people) loses Payroll · edit from an unknown device"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Final

from limen.clock import DAY, MINUTE
from limen.messages import lists, times
from limen.policy.access import MILDEST
from limen.policy.access_diff.diff import Condition, Difference, Reach
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.boundaries import bounds
from limen.policy.scenarios.classes import FAR, Addresses, Class, Exactly, Members, Other, Span, row_of
from limen.policy.scenarios.examples import address_text

_MOST_NAMES: Final = 4
_OPEN_FROM: Final = 1_767_225_600_000 + FAR
"""A stretch of time that lasts until `FAR` from 2026, or longer, has no end: comparing looks no further ahead."""
"""How titles of groups begin that are many."""


@dataclass(frozen=True, slots=True)
class Names:
    """How people call what has an id; an id that is not there is shown as it is. `members`: a group's title → ids.

    Of more than `most` people only their number is told. `viewed` are the apps that sign people in themselves: of those
    Limen sees the sign-in, which is `view`, and another action only where the app asks about it (AuthZEN).
    """

    zone: tzinfo
    people: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zone_before: tzinfo | None = None
    viewed: frozenset[str] = frozenset()
    most: int = _MOST_NAMES


def sentences(reach: Reach, names: Names) -> tuple[str, ...]:
    """A sentence for each who, gain or loss, and what; and a last one where not everything was looked at."""
    alike: dict[object, list[Difference]] = {}
    for one in reach.differences:
        alike.setdefault((one.gains, one.people, one.apps, one.actions), []).append(one)
    said = tuple(_sentence(ones, names) for ones in alike.values())
    if reach.is_exhaustive:
        return said
    if reach.covered < 1:
        share = f"{int(reach.covered * 100)} %" if reach.covered >= 0.01 else "less than 1 %"
        return (*said, f"There are too many situations to check them all; {share} were checked.")
    if names.zone_before is not None and str(names.zone_before) != str(names.zone):
        zones = f"The time zone changes from {names.zone_before} to {names.zone}"
        return (
            *said,
            f"{zones}: times are shown in the new zone, and anything that depends on them may change beyond this.",
        )
    return (*said, "Some policies compare facts in a way that can't be analysed exactly, so something may be missing.")


def sentence(difference: Difference, names: Names) -> str:
    """Who gains or loses what, and when."""
    return _sentence([difference], names)


def _sentence(alike: Sequence[Difference], names: Names) -> str:
    """One sentence for differences in nothing but their conditions."""
    one = alike[0]
    who, is_many = who_of(one.people, names)
    verb = ("gain" if one.gains else "lose") + ("" if is_many else "s")
    apps = lists.joined([names.apps.get(app, app) for app in one.apps], most=_MOST_NAMES)
    what = f"{apps} · {_actions(one, names)}"
    whens = list(whens_of(alike, names.zone))
    return f"{who} {verb} {what} {', or '.join(whens)}".rstrip()


def _actions(one: Difference, names: Names) -> str:
    """The actions, and which of them happen only where the app itself asks."""
    if not names.viewed.issuperset(one.apps):
        return lists.joined(one.actions)
    seen = [action for action in one.actions if action == MILDEST]
    asked = [action for action in one.actions if action != MILDEST]
    if not asked:
        return lists.joined(seen)
    about = lists.joined(asked)
    return f"{MILDEST} (and {about}, if it asks Limen about that)" if seen else f"{about} (if it asks Limen about that)"


def whens_of(alike: Sequence[Difference], zone: tzinfo) -> Iterator[str]:
    """Each one's conditions in words; "no passkey" and "too long ago" in one, where they differ in nothing else."""
    told: set[int] = set()
    for place, one in enumerate(alike):
        if place in told:
            continue
        together = "" if one.is_partial else _no_recent_passkey(one, alike, told, zone)
        yield "in some more situations" if one.is_partial else together or when(one.conditions, zone)


def _no_recent_passkey(one: Difference, alike: Sequence[Difference], told: set[int], zone: tzinfo) -> str:
    """What it says together with its other half, whose place is `told` then; "" where that is not there."""
    mine = {each.axis: each for each in one.conditions}
    axis, other_axis = ("auth.strength", "auth.age") if "auth.strength" in mine else ("auth.age", "auth.strength")
    for place, other in enumerate(alike):
        theirs = {each.axis: each for each in other.conditions}
        if other.is_partial or axis not in mine or other_axis in mine or other_axis not in theirs:
            continue
        halves = {axis: mine[axis], other_axis: theirs[other_axis]}
        rest = [each for each in one.conditions if each.axis != axis]
        if axis in theirs or rest != [each for each in other.conditions if each.axis != other_axis]:
            continue
        limit = _beyond(halves["auth.age"])
        if limit is not None and _strengths(halves["auth.strength"].classes) in ({0, 1, 2}, {1, 2}):
            told.add(place)
            return ", ".join(filter(None, (f"without a passkey used within {limit}", when(rest, zone))))
    return ""


def _beyond(age: Condition) -> str | None:
    """The limit, as `4 h`, where this is about everything longer ago than it; else None."""
    spans = _neighbours_joined(age.classes)
    return (
        times.short_length(spans[0].low - 1)
        if len(spans) == 1 and spans[0].high > FAR - DAY and spans[0].low > 0
        else None
    )


def when(conditions: Iterable[Condition], zone: tzinfo) -> str:
    """The conditions in words; "" where there are none."""
    some = _with_proof(tuple(conditions))
    said = {one.axis: _said(one, zone) for one in some}
    age = said.get("auth.age", "")
    is_within = age.startswith("within ") and age.endswith(_OF_THE_PROOF) and " or " not in age
    if is_within and said.get("auth.strength") == "with a passkey":
        said["auth.strength"] = "with a passkey used " + said.pop("auth.age").removesuffix(_OF_THE_PROOF)
    if "device.known" in said and said.get("device.compliance"):
        del said["device.known"]
    if "grant.active" in said:
        said.pop("grant.age", None)
    return ", ".join(one for one in said.values() if one)


def _with_proof(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Without the strength of no proof at all, where another condition says that there was a proof."""
    if not any(_takes_a_proof(one) for one in conditions):
        return conditions
    return tuple(
        replace(one, classes=tuple(each for each in one.classes if each.example != 0) or one.classes)
        if one.axis == "auth.strength"
        else one
        for one in conditions
    )


def _takes_a_proof(condition: Condition) -> bool:
    if condition.axis == "auth.age":
        return not any(isinstance(one, Span) and one.high > FAR - DAY for one in condition.classes)
    if condition.axis == "auth.factors":
        return all(one.example for one in condition.classes)
    return condition.axis == "auth.at" and not condition.holds(0)


def who_of(people: tuple[str, ...], names: Names) -> tuple[str, bool]:
    """Who it is, and whether that takes the plural: by name, or as a group where it is just that group."""
    if people == ("",):
        return "Anyone not signed in", False
    some = frozenset(one for one in people if one)
    more = " and anyone not signed in" if len(some) < len(people) else ""
    group = next((title for title, members in names.members.items() if members == some), "")
    if len(some) == 1:
        return lists.joined([names.people.get(one, one) for one in some], most=_MOST_NAMES) + more, bool(more)
    if group:
        return f"{group} ({len(some)} people){more}", True
    if len(some) > names.most:
        return f"{len(some)} people{more}", True
    return lists.joined(sorted(names.people.get(one, one) for one in some), most=names.most) + more, True


# One fact in words


def _said(condition: Condition, zone: tzinfo) -> str:
    axis, classes = condition.axis, condition.classes
    if axis in _WORDS:
        return _WORDS[axis](classes)
    row = row_of(axis)
    if row is None:
        return _dated((), _neighbours_joined(classes), zone)
    match row.kind:
        case Kind.BOOL:
            return _flag(row)[0 if classes[0].example is True else 1]
        case Kind.TEXT:
            return _texts(row.phrase or _plain(row), classes)
        case Kind.INSTANT if axis == row.path:
            return _dated(row.phrase or _plain(row), _neighbours_joined(classes), zone)
        case Kind.INSTANT:
            return _aged(axis, row.phrase or _plain(row), _neighbours_joined(classes))
        case Kind.NUMBER:
            return _numbers(row.phrase[0] if row.phrase else row.path, row)(classes)
        case Kind.SET:
            return f"with some sets of {row.path}"
    return f"where {row.path} is {lists.joined(sorted(str(one.example) for one in classes), 'or')}"


def _flag(row: Attribute) -> tuple[str, ...]:
    return row.phrase or (f"with {row.path}", f"without {row.path}")


def _plain(row: Attribute) -> tuple[str, ...]:
    """How a text or an instant is told that has no words of its own."""
    if row.kind is Kind.TEXT:
        return (f"where {row.path} is {{}}", f"where {row.path} is not known", f"where {row.path} is not {{}}")
    ago = f"where {row.path} was"
    return (ago, f"{ago} within {{}}", f"{ago} more than {{}} ago", f"{ago} {{}} to {{}} ago")


_OF_THE_PROOF: Final = " of the last confirmation"


def _strengths(classes: tuple[Class, ...]) -> frozenset[int]:
    return frozenset(one.example for one in classes if isinstance(one, Span))


def _strength(classes: tuple[Class, ...]) -> str:
    some = _strengths(classes)
    usual = {
        frozenset({3}): "with a passkey",
        frozenset({0, 1, 2}): "without a passkey",
        frozenset({1, 2}): "without a passkey",
        frozenset({2, 3}): "with two factors or a passkey",
        frozenset({0, 1}): "with one factor alone",
        frozenset({1, 2, 3}): "with any sign-in",
        frozenset({0}): "without signing in",
        frozenset({1}): "with one factor alone",
        frozenset({2}): "with two factors but no passkey",
    }
    return usual.get(some, "at a strength of " + lists.joined(sorted(map(str, some)), most=_MOST_NAMES))


def _factors(classes: tuple[Class, ...]) -> str:
    every = frozenset(ATTRIBUTES["auth.factors"].choices)
    sets = [one for one in classes if isinstance(one, Members)]
    common = frozenset.intersection(*(one.held for one in sets))
    ever = frozenset[str]().union(*(one.held | (every - one.named if one.others else set()) for one in sets))
    parts = (
        ["with " + lists.joined(sorted(one.replace("_", " ") for one in common), most=_MOST_NAMES)] if common else []
    )
    never = every - ever
    parts += (
        ["without " + lists.joined(sorted(one.replace("_", " ") for one in never), most=_MOST_NAMES)] if never else []
    )
    return " and ".join(parts) or "with some sets of factors"


def _compliance(classes: tuple[Class, ...]) -> str:
    some = frozenset(str(one.example) for one in classes)
    return {
        frozenset({"compliant"}): "from a healthy device",
        frozenset({"unknown", "non_compliant"}): "from a device that is not healthy or whose health is unknown",
        frozenset({"non_compliant"}): "from a device that is not healthy",
        frozenset({"unknown"}): "from a device whose health is unknown",
        frozenset({"compliant", "unknown"}): "from a device that is healthy or whose health is unknown",
    }.get(some, "from a device whose health is known")


def _binding(classes: tuple[Class, ...]) -> str:
    if _neighbours_joined(classes) == [Span(0, 0)]:
        return "in a session that no device is bound to"
    return _numbers("a binding", ATTRIBUTES["device.binding"])(classes)


def _numbers(what: str, row: Attribute) -> Callable[[tuple[Class, ...]], str]:
    least, greatest = bounds(row)

    def said(classes: tuple[Class, ...]) -> str:
        parts = []
        for span in _neighbours_joined(classes):
            low, high = span.low <= least, span.high >= greatest
            if low or high:
                parts.append(f"of {span.high} or less" if low else f"of {span.low} or more")
            else:
                parts.append(f"of {span.low}" if span.low == span.high else f"of {span.low} to {span.high}")
        return f"at {what} " + lists.joined(parts, "or")

    return said


def _weekdays(classes: tuple[Class, ...]) -> str:
    parts: list[str] = []
    for span in _neighbours_joined(classes):
        days = [times.weekday(day) for day in range(span.low, span.high + 1)]
        parts += days if len(days) < 3 else [f"{days[0]} to {days[-1]}"]
    return "on " + lists.joined(parts, "or")


def _minutes(classes: tuple[Class, ...]) -> str:
    spans = _neighbours_joined(classes)
    if len(spans) == 2 and spans[0].low == 0 and spans[1].high == 1439:
        return f"outside {times.minute_of_day(spans[0].high + 1)}–{times.minute_of_day(spans[1].low)}"
    parts = (f"{times.minute_of_day(span.low)}–{times.minute_of_day(span.high + 1)}" for span in spans)
    return lists.joined(parts, "or")


def _addresses(classes: tuple[Class, ...]) -> str:
    parts = ["an unknown address"] if any(isinstance(one, Exactly) for one in classes) else []
    known = sorted((one for one in classes if isinstance(one, Addresses)), key=lambda one: (one.version, one.low))
    whole: list[Addresses] = []
    for one in known:
        if whole and whole[-1].version == one.version and whole[-1].high + 1 == one.low:
            whole[-1] = Addresses(one.version, whole[-1].low, one.high)
        else:
            whole.append(one)
    for one in whole:
        low, high = address_text(one.version, one.low), address_text(one.version, one.high)
        parts.append(low if low == high else f"{low} to {high}")
    return "from " + lists.joined(parts, "or")


_WORDS: Final[Mapping[str, Callable[[tuple[Class, ...]], str]]] = {
    "auth.strength": _strength,
    "auth.factors": _factors,
    "device.compliance": _compliance,
    "device.binding": _binding,
    "time.weekday": _weekdays,
    "time.minute": _minutes,
    "place.address": _addresses,
}


def _texts(phrase: tuple[str, ...], classes: tuple[Class, ...]) -> str:
    given, missing, but = phrase
    named = sorted(str(one.example) for one in classes if isinstance(one, Exactly) and one.example)
    rest = [one for one in classes if isinstance(one, Other)]
    if any(one.patterns for one in rest):
        return given.format(lists.joined(["some others", *named], "or"))
    if rest:
        excluded = sorted(one for one in rest[0].than if one and one not in named)
        return but.format(lists.joined(excluded, "or")) if excluded else given.format("anything that is known")
    parts = [given.format(lists.joined(named, "or"))] if named else []
    parts += [missing] if any(one.example == "" for one in classes) else []
    return " or ".join(parts)


def _dated(phrase: tuple[str, ...], spans: list[Span], zone: tzinfo) -> str:
    """Dates of an instant; no phrase: of now."""
    parts = []
    for place, span in enumerate(spans):
        is_present = not phrase and not place and not _is_date(span.low)
        start = "" if span.low <= 0 or is_present else times.date(span.low, zone)
        end = "" if span.high >= _OPEN_FROM else times.date(span.high + 1, zone)
        open_end = f"from {start} on" if start else "at any time" if phrase else "from now on"
        parts.append(f"from {start} to {end}" if start and end else f"before {end}" if end else open_end)
    return " ".join(part for part in (*phrase[:1], lists.joined(parts, "or")) if part)


def _is_date(instant: int) -> bool:
    """Was this instant written by a person? Then it is a whole second; the present moment hardly ever is."""
    return instant % MINUTE == 0


def _aged(axis: str, phrase: tuple[str, ...], spans: list[Span]) -> str:
    _, within, beyond, between = phrase
    parts = []
    for span in spans:
        low, high = (-span.high, -span.low) if axis == "grant.age" else (span.low, span.high)
        is_open = high > FAR - DAY
        if axis == "grant.age":
            parts.append(
                within.format(times.short_length(low - 1)) if is_open else beyond.format(times.short_length(high))
            )
        elif is_open:
            parts.append(beyond.format(times.short_length(low - 1)))
        elif low <= 0:
            parts.append(within.format(times.short_length(high)))
        else:
            parts.append(between.format(times.short_length(low - 1), times.short_length(high)))
    return lists.joined(parts, "or")


def _neighbours_joined(classes: tuple[Class, ...]) -> list[Span]:
    """The spans, neighbours joined."""
    joined: list[Span] = []
    for one in sorted((one for one in classes if isinstance(one, Span)), key=lambda one: one.low):
        if joined and joined[-1].high + 1 >= one.low:
            joined[-1] = Span(joined[-1].low, one.high)
        else:
            joined.append(one)
    return joined
