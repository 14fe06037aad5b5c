"""What is open to somebody outside the browser, for their portal: hosts by SSH, VPNs, gear, doors in the firewall."""

from __future__ import annotations

from dataclasses import dataclass

from limen.facts import App
from limen.policy.decision import Effect, Request as DecisionRequest
from limen.web.access.requestable import requested_actions
from limen.web.site import Site
from limen.web.visit import SignedInVisit


@dataclass(frozen=True, slots=True)
class Outside:
    """An app that is no page, and which of its actions are open, at once or after a proof, from the mildest."""

    app: App
    actions: tuple[str, ...]


def open_outside(site: Site, visit: SignedInVisit) -> list[Outside]:
    """Those open to this visitor, by their names. A Wi-Fi is none: it asks about devices, not people."""
    apps = sorted(site.known.apps.values(), key=lambda app: app.name.casefold())
    several = [Outside(app, _open_actions(site, visit, app)) for app in apps if _asks_about_people(app)]
    return [one for one in several if one.actions]


def _asks_about_people(app: App) -> bool:
    if app.radius is not None:
        return app.radius.kind != "wifi"
    return app.ssh is not None or app.network is not None


def _open_actions(site: Site, visit: SignedInVisit, app: App) -> tuple[str, ...]:
    engine = site.ports.in_force.engine
    facts = site.known.facts(visit.session, app, visit.visitor.address)
    decisions = [engine.decide(DecisionRequest(action), facts, visit.now) for action in requested_actions(app)]
    return tuple(one.request.action for one in decisions if one.effect is not Effect.DENY)
