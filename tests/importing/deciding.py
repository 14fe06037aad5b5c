"""Limen's real answer to a request, from the route that apps.yaml makes of it to the decision of the policies."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from limen.company.company import Company
from limen.enforcement.paths import PathRefusedError
from limen.enforcement.request_action import MethodRefusedError, Routes
from limen.facts import App, Person
from limen.policy.decision import Request
from limen.policy.hypothetical import SOME_TUESDAY, Hypothetical


@lru_cache(4096)
def _routes(app: App) -> Routes:
    return Routes(app)


def lets_in(
    company: Company,
    app_id: str,
    groups: frozenset[str],
    strength: int,
    *,
    address: str = "",
    method: str = "GET",
    target: str = "/",
    at: str = SOME_TUESDAY,
    action: str = "",
) -> bool:
    """Whether somebody in these groups of Limen's gets in; strength 0 is a stranger. A public route lets everybody in.

    With `action` the app is asked for it, as apps are that sign people in themselves.
    """
    app = company.all_apps[app_id]
    if action:
        request = Request(action)
    else:
        try:
            route = _routes(app).route(method.encode(), target.encode())
        except (MethodRefusedError, PathRefusedError):
            return False
        if route.public is not None:
            return True
        request = route.request
    engine = company.engine()
    supposed = Hypothetical(strength=strength, address=address, at=at)
    now = supposed.now(engine.zone)
    person = Person("supposed", groups=groups, active=True) if strength else None
    facts = supposed.facts(person, replace(app, onboarding_until=0), request.action, now, company.networks)
    return engine.decide(request, facts, now).is_permit
