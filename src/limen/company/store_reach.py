"""Who reaches a store of data by its apps, and in which weak ways: asked of the policies in every situation (pure).

    reaching = Reaching(company.engine(), company.all_apps, people, now)
    found = reaching.reach(store, Minimum(strength=3, healthy=True, session_ms=12 * HOUR))

It is the search of standing privilege, with the means of somebody who lacks just one thing and has the best of all
else: where that opens the app, the control is missing. Temporary grants are left out, as each was approved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from limen.access.openings import EVERYTHING, Means
from limen.access.standing.privilege import Held, standing_access
from limen.clock import Instant
from limen.data.inventory.controls import Minimum
from limen.data.inventory.model import Store
from limen.data.inventory.reach import Reach, Way, WeakReach
from limen.facts import App, Label, Person
from limen.policy import Engine
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.examples import unknown
from limen.policy.scenarios.situations import Alternative

STRONGEST: Final = 3
ACTIONS: Final = frozenset({"view", "edit", "download", "share", "connect", "administer"})
"""What leads to what is in a store. Signing in by itself shows none of it."""
_AGES: Final = ("auth.at", "session.started")


class Reaching:
    """Of one company at one time. What was worked out is kept, as stores have apps and labels in common."""

    def __init__(self, engine: Engine, apps: Mapping[str, App], people: Iterable[Person], now: Instant) -> None:
        self._engine = engine
        self._apps = apps
        self._people = list(people)
        self._now = now
        self._held: dict[tuple[App, Means], tuple[Held, ...]] = {}

    def reach(self, store: Store, minimum: Minimum, label: Label | None = None) -> Reach:
        """`label`: what lies there at most, where that is more than its own."""
        apps = [self._apps[one] for one in store.reached_by if one in self._apps]
        held = [each for app in apps for each in self._of(app, EVERYTHING)]
        people = frozenset(person for one in held for person in one.people)
        needing = {one.id for one in self._people if one.groups & set(store.needed_by)}
        worth = max(store.label, label or store.label)
        return Reach(
            people=people,
            beyond=people - needing if store.needed_by else frozenset(),
            weakest=next((one for one in range(STRONGEST + 1) if self._opens(apps, _proved(one))), None),
            weak=tuple(found for app in apps for found in self._weak(app, minimum, worth)),
            unknown=tuple(one for one in store.reached_by if one not in self._apps),
            is_known=bool(apps),
            is_exact=all(one.is_certain for one in held),
        )

    # Inside

    def _weak(self, app: App, minimum: Minimum, label: Label) -> Iterable[WeakReach]:
        for way, means in _lacking(minimum):
            held = self._of(app, means)
            if not held:
                continue
            relabelled = replace(app, label=max(app.label, label))
            yield WeakReach(
                way=way,
                app=app.id,
                people=frozenset(person for one in held for person in one.people),
                policies=tuple(dict.fromkeys(policy for one in held for policy in one.policies)),
                is_certain=all(one.is_certain for one in held),
                relabelled=relabelled != app and not self._of(relabelled, means),
            )

    def _opens(self, apps: Iterable[App], means: Means) -> bool:
        return any(self._of(app, means) for app in apps)

    def _of(self, app: App, means: Means) -> tuple[Held, ...]:
        key = (app, means)
        if key not in self._held:
            means_of: Callable[[Person], Means] = lambda _person: means  # noqa: E731 -- as `standing_access` takes it
            found = standing_access(self._engine, self._people, [app], since=self._now, means_of=means_of)
            self._held[key] = tuple(one for one in found.held if one.action in ACTIONS)
        return self._held[key]


def _lacking(minimum: Minimum) -> Iterable[tuple[Way, Means]]:
    """For each control the means of somebody who lacks it, and it alone."""
    if minimum.strength:
        yield Way.WEAKLY, Means(one_of=frozenset(_proof(one) for one in range(minimum.strength)))
    if minimum.healthy:
        yield Way.UNHEALTHY, Means(one_of=frozenset({_NO_DEVICE, _UNHEALTHY}))
    if minimum.session_ms:
        ages = frozenset((ATTRIBUTES.table.ages[one], minimum.session_ms + 1) for one in _AGES)
        yield Way.LONG_AGO, Means(one_of=frozenset({ages}))


def _proved(strength: int) -> Means:
    return Means(one_of=frozenset({_proof(strength)}))


def _proof(strength: int) -> Alternative:
    return frozenset({("auth.strength", strength)})


_NO_DEVICE: Final[Alternative] = frozenset(
    (path, worth) for path, worth in unknown("device").items() if path in {"device.known", "device.compliance"}
)
_UNHEALTHY: Final[Alternative] = frozenset({("device.known", True), ("device.compliance", "non_compliant")})
