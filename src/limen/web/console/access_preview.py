"""Who could open what now: the apps of a person, the people of an app, under a passkey proved this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from limen.clock import Instant
from limen.facts import LIMEN, App, Person
from limen.policy.access import actions_of
from limen.policy.decision import Effect
from limen.policy.matrix import Decide, matrix
from limen.web.console.what_if_question import Chosen
from limen.web.site import Site


@dataclass(frozen=True, slots=True)
class AccessPreview:
    """Somebody and an app. `actions` are those that would be open; `why` is what stands in the way where none is."""

    person: Person
    app: App
    actions: tuple[str, ...]
    why: str
    href: str


def apps_of(site: Site, person: Person, now: Instant) -> list[AccessPreview]:
    """Every app but Limen, those that would open first: for somebody invited, once they are enrolled."""
    apps = sorted(site.known.apps.values(), key=lambda app: app.name.casefold())
    decide = _decide(site, now)
    enrolled = replace(person, active=True)
    return _sorted(_preview(decide, enrolled, app) for app in apps if app.id != LIMEN)


def people_of(site: Site, app: App, now: Instant) -> list[AccessPreview]:
    """Every person with an account, those to whom it would open first."""
    people = sorted(site.known.people.values(), key=lambda person: person.name.casefold())
    decide = _decide(site, now)
    return _sorted(_preview(decide, person, app) for person in people if person.active and not person.is_workload)


def _decide(site: Site, now: Instant) -> Decide:
    return matrix(site.ports.in_force.engine, Chosen().supposed(), now, site.known.networks)


def _preview(decide: Decide, person: Person, app: App) -> AccessPreview:
    answers = {action: decide(person, app, action) for action in actions_of(app)}
    opened = tuple(action for action, cell in answers.items() if cell.effect is Effect.PERMIT)
    first = next(iter(answers.items()))
    href = f"/console/what-if?{urlencode({'person': person.id, 'app': app.id, 'action': first[0]})}"
    return AccessPreview(person, app, opened, "" if opened else first[1].title, href)


def _sorted(every: Iterable[AccessPreview]) -> list[AccessPreview]:
    return sorted(every, key=lambda one: not one.actions)
