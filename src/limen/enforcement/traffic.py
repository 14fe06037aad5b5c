"""What is asked of apps in onboarding: which kinds of paths, by how many, and who would have been refused.

Apps that are not in onboarding are never noted. All of it is bounded, whatever is asked, and by whom: an app has at
most `MOST_PATTERNS` patterns and one rest. Where there would be more, the place with the most different names that
few people used becomes `*`. Strangers count in patterns that people have, and in a few of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from limen.clock import DAY, Instant
from limen.enforcement.path_patterns import ANY_REST, ANYTHING, PEOPLE_TO_KEEP, PathPatterns, Segments
from limen.facts import App
from limen.policy.decision import Decision, Named

MOST_PATTERNS: Final = 300
MOST_STRANGERS: Final = 60
"""Patterns that nobody but strangers asked for."""
MOST_UNSAVED: Final = 2 * MOST_PATTERNS
MOST_PEOPLE: Final = 20
"""Whoever comes after so many is not told apart: 20 means 20 or more."""
MOST_REFUSALS: Final = 5_000
KEPT: Final = 7 * DAY
"""How long it is kept after an onboarding has ended."""
METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT", "SEARCH"}
    | {"MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK"}
)
OTHER: Final = "other"
PUBLIC: Final = "public"


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests that are counted together. `action` is what they are today, "public" for those of a public route."""

    method: str
    segments: Segments
    action: str


REST: Final = Kind(OTHER, (ANY_REST,), "")


@dataclass(slots=True)
class Count:
    """How often, by how many people, and when first and last. `people_before` were counted before a restart."""

    first: Instant
    last: Instant
    signed_in: int = 0
    strangers: int = 0
    people_before: int = 0
    people: set[str] = field(default_factory=set)

    @property
    def people_count(self) -> int:
        """At least so many; `MOST_PEOPLE` means that or more."""
        return max(self.people_before, len(self.people))

    def copied(self) -> Count:
        return replace(self, people=set(self.people))

    def add(self, other: Count) -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.signed_in += other.signed_in
        self.strangers += other.strangers
        self.people_before = max(self.people_before, other.people_before)
        self.people.update(list(other.people)[: MOST_PEOPLE - len(self.people)])


@dataclass(frozen=True, slots=True)
class Refused:
    """Who would have been refused which action, and by what."""

    person_id: str
    action: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Often:
    """How often that was; the newest decision and when it was."""

    count: int
    newest: Instant
    decision: str

    def and_then(self, other: Often) -> Often:
        newest = max(self, other, key=lambda one: one.newest)
        return Often(self.count + other.count, newest.newest, newest.decision)


@dataclass(slots=True)
class Unsaved:
    """What was counted here since it was last written down. Each worker adds its own to what all have counted."""

    kinds: dict[Kind, Count] = field(default_factory=dict)
    refused: dict[Refused, Often] = field(default_factory=dict)
    uncounted: int = 0

    def __bool__(self) -> bool:
        return bool(self.kinds or self.refused or self.uncounted)

    def count(self, kind: Kind, one: Count) -> None:
        """One more, or as many as there are in `one`."""
        _put_in(self.kinds, kind if kind in self.kinds or len(self.kinds) < MOST_UNSAVED else REST, one)

    def refuse(self, refused: Refused, often: Often) -> None:
        before = self.refused.get(refused)
        self.refused[refused] = often if before is None else before.and_then(often)


@dataclass(slots=True)
class AppTraffic:
    """What is known of one app. `forget_at` is when it is forgotten, `uncounted` the refusals beyond the bound.

    `is_full`: no place is left that could be folded. `unsaved` is what of it is not written down yet.
    """

    forget_at: Instant
    kinds: dict[Kind, Count] = field(default_factory=dict)
    patterns: PathPatterns = field(default_factory=PathPatterns)
    refused: dict[Refused, Often] = field(default_factory=dict)
    uncounted: int = 0
    is_full: bool = False
    unsaved: Unsaved = field(default_factory=Unsaved)

    def add(self, others: Unsaved) -> None:
        """What was counted elsewhere, or before."""
        for kind, count in others.kinds.items():
            narrowed = kind if kind == REST else Kind(kind.method, self.patterns.narrowed(kind.segments), kind.action)
            _count(self, narrowed, count.copied())
        for refused, often in others.refused.items():
            if not _count_refused(self, refused, often):
                self.uncounted += often.count
        self.uncounted += others.uncounted

    def take_over(self, all_of_it: AppTraffic) -> None:
        """What all workers have counted, in place of what was known here; and what was counted here meanwhile."""
        for kind, count in all_of_it.kinds.items():
            if (here := self.kinds.get(kind)) is not None:
                count.people = here.people
        self.kinds, self.refused, self.uncounted = all_of_it.kinds, all_of_it.refused, all_of_it.uncounted
        self.patterns.join(all_of_it.patterns)
        self.is_full = all_of_it.is_full
        self.add(self.unsaved)

    def join_patterns(self, patterns: PathPatterns) -> None:
        """Know these names and places as well; what is known already is written as it is with them."""
        self.patterns.join(patterns)
        for kind in [kind for kind in self.kinds if kind != REST]:
            narrowed = Kind(kind.method, self.patterns.narrowed(kind.segments), kind.action)
            if narrowed != kind:
                _put(self, narrowed, self.kinds.pop(kind))


class Traffic:
    """Every app's, in memory. Used on the event loop alone."""

    def __init__(self) -> None:
        self._apps: dict[str, AppTraffic] = {}

    def note(self, path: str, decision: Decision, person_id: str, decision_id: str) -> None:
        """Count a request that was decided while its app was in onboarding. `person_id` is "" for a stranger's."""
        app, word, now = decision.facts.app, decision.request.method, decision.now
        seen = self._apps.get(app.id)
        if seen is None:
            seen = self._apps[app.id] = AppTraffic(app.onboarding_until + KEPT)
        is_public = bool(decision.reasons) and decision.reasons[0].policy == Named.PUBLIC_ROUTE
        action = PUBLIC if is_public else decision.request.action
        principal = decision.facts.person
        is_somebody = principal.id == person_id and principal.active and not principal.is_workload
        segments = seen.patterns.pattern(path, person_id if is_somebody else "")
        kind = Kind(word if word in METHODS else OTHER, segments, action)
        one = Count(now, now, int(bool(person_id)), int(not person_id), people={person_id} if person_id else set())
        seen.unsaved.count(_count(seen, kind, one), one)
        if person_id and decision.reasons and decision.reasons[0].policy == Named.ONBOARDING:
            reasons = tuple(reason.policy for reason in decision.reasons[1:])
            refused, often = Refused(person_id, action, reasons), Often(1, now, decision_id)
            if _count_refused(seen, refused, often):
                seen.unsaved.refuse(refused, often)
            else:
                seen.uncounted += 1
                seen.unsaved.uncounted += 1

    def of(self, app_id: str) -> AppTraffic | None:
        """What was asked of this app; None where nothing was, or where it is forgotten."""
        return self._apps.get(app_id)

    def apps(self) -> Iterable[tuple[str, AppTraffic]]:
        return tuple(self._apps.items())

    def load(self, app_id: str, seen: AppTraffic) -> None:
        """Go on from what was kept."""
        self._apps[app_id] = seen

    def known(self, app_id: str, forget_at: Instant) -> AppTraffic:
        """What is known of this app, from now on if it was not before."""
        return self._apps.setdefault(app_id, AppTraffic(forget_at))

    def forget(self, apps: dict[str, App], now: Instant) -> tuple[str, ...]:
        """Drop what is over for a week; the ids of those apps. An app that is gone, or enforced, is over from now."""
        over = []
        for app_id, seen in tuple(self._apps.items()):
            app = apps.get(app_id)
            if app is not None and app.is_onboarding(now):
                seen.forget_at = app.onboarding_until + KEPT
            else:
                seen.forget_at = min(seen.forget_at, now + KEPT)
            if seen.forget_at <= now:
                over.append(app_id)
                del self._apps[app_id]
        return tuple(over)

    def forget_people(self, known: Collection[str]) -> set[str]:
        """Drop whoever is not known any more; their ids."""
        gone: set[str] = set()
        for _, seen in self.apps():
            for refused in [one for one in seen.refused if one.person_id not in known]:
                del seen.refused[refused]
                seen.unsaved.refused.pop(refused, None)
                gone.add(refused.person_id)
            for count in (*seen.kinds.values(), *seen.unsaved.kinds.values()):
                if not count.people.issubset(known):
                    count.people_before = count.people_count
                    count.people.intersection_update(known)
        return gone


def _count(seen: AppTraffic, kind: Kind, one: Count) -> Kind:
    """Under which kind it counts then."""
    known = seen.kinds.get(kind)
    if known is not None:
        known.add(one)
        return kind
    if not one.signed_in:
        is_full = len(seen.kinds) >= MOST_PATTERNS or _strangers_own(seen) >= MOST_STRANGERS
        return _put(seen, REST if is_full else kind, one)
    if len(seen.kinds) >= MOST_PATTERNS and not seen.is_full:
        _make_room(seen)
        seen.is_full = len(seen.kinds) >= MOST_PATTERNS
        kind = Kind(kind.method, seen.patterns.narrowed(kind.segments), kind.action)
    return _put(seen, kind if kind in seen.kinds or len(seen.kinds) < MOST_PATTERNS else REST, one)


def _strangers_own(seen: AppTraffic) -> int:
    return sum(not count.signed_in for count in seen.kinds.values())


def _put(seen: AppTraffic, kind: Kind, one: Count) -> Kind:
    _put_in(seen.kinds, kind, one)
    return kind


def _put_in(kinds: dict[Kind, Count], kind: Kind, one: Count) -> None:
    known = kinds.get(kind)
    if known is None:
        kinds[kind] = one.copied()
    else:
        known.add(one)


def _make_room(seen: AppTraffic) -> None:
    """Strangers' own patterns go first; then the widest place becomes `*`, names that many people used last of all."""
    for kind in [kind for kind, count in seen.kinds.items() if not count.signed_in and kind != REST]:
        _put(seen, REST, seen.kinds.pop(kind))
    for most_people in (PEOPLE_TO_KEEP, MOST_PEOPLE):
        while len(seen.kinds) > MOST_PATTERNS * 3 // 4:
            place, names = _widest(seen, most_people)
            if len(names) < 2:
                break
            seen.patterns.widen(place, names)
            _widen(seen, place, names)


def _widest(seen: AppTraffic, most_people: int) -> tuple[Segments, set[str]]:
    """The place under which the most different names were asked for, by no more than so many people each."""
    people: dict[tuple[Segments, str], int] = {}
    for kind, count in seen.kinds.items():
        if kind == REST:
            continue
        for depth, segment in enumerate(kind.segments):
            if segment not in ("", ANYTHING, ANY_REST):
                at = (kind.segments[:depth], segment)
                people[at] = max(people.get(at, 0), count.people_count)
    places: dict[Segments, set[str]] = {}
    for (place, segment), number in people.items():
        if number <= most_people:
            places.setdefault(place, set()).add(segment)
    return max(places.items(), key=lambda one: (len(one[1]), len(one[0])), default=((), set()))


def _widen(seen: AppTraffic, place: Segments, names: set[str]) -> None:
    depth = len(place)
    for kind in list(seen.kinds):
        has_place = len(kind.segments) > depth and kind.segments[:depth] == place and kind != REST
        if has_place and kind.segments[depth] in names:
            segments = (*place, ANYTHING, *kind.segments[depth + 1 :])
            _put(seen, Kind(kind.method, segments, kind.action), seen.kinds.pop(kind))


def _count_refused(seen: AppTraffic, refused: Refused, often: Often) -> bool:
    """False where there are too many."""
    before = seen.refused.get(refused)
    if before is None and len(seen.refused) >= MOST_REFUSALS:
        return False
    seen.refused[refused] = often if before is None else before.and_then(often)
    return True
