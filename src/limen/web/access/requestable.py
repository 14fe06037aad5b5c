"""What somebody could ask for: a rule lets them, it is not open to them, and a grant is what would open it.

What is none of that is never named: which other apps the company has is nothing that the page to ask tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from limen.access.model import RequestState
from limen.access.services import Access
from limen.facts import LIMEN, App
from limen.facts.directory_group import GROUP_ACTIONS
from limen.facts.network_service import NETWORK_ACTIONS
from limen.facts.radius_service import RADIUS_ACTIONS
from limen.pillar import Askable
from limen.policy.access import actions_of
from limen.policy.decision import Decision, Effect, Request as DecisionRequest
from limen.web.site import Site
from limen.web.visit import Visit

ASK: Final = "/access/ask"
"""Where somebody asks: `?app=ID&action=NAME`, or `?extends=ID` for what they have to last longer."""


@dataclass(frozen=True, slots=True)
class Requestable:
    """Something that a person could ask for now, and by which rule."""

    app: App
    action: str
    rule: Askable


def requestable(site: Site, visit: Visit) -> list[Requestable]:
    """Everything that this visitor could ask for now, by the names of the apps."""
    apps = sorted(site.known.apps.values(), key=lambda app: app.name.casefold())
    return [one for app in apps for action in requested_actions(app) if (one := asked_for(site, visit, app, action))]


def asked_for(site: Site, visit: Visit, app: App, action: str) -> Requestable | None:
    """Asking for an action on an app, where the visitor could ask for it now."""
    rule = rule_for(site, visit, app, action)
    if rule is None or action not in requested_actions(app):
        return None
    facts = site.known.facts(visit.session, app, visit.visitor.address)
    decision = site.ports.in_force.engine.decide(DecisionRequest(action, host=app.host), facts, visit.now)
    return Requestable(app, action, rule) if a_grant_opens(decision) else None


def rule_for(site: Site, visit: Visit, app: App, action: str) -> Askable | None:
    """By which rule the visitor may ask for this, open to them or not; None where none lets them."""
    access = site.ports.offers.find(Access)
    if access is None or visit.person is None or app.id == LIMEN:
        return None
    return access.asked(visit.person, app, action)


def a_grant_opens(decision: Decision) -> bool:
    """Whether this is a refusal that a grant would turn, alone or with something else: the search has proved it."""
    if decision.effect is not Effect.DENY:
        return False
    return any(remedy.kind == "ask_for_grant" for ways in decision.remedies for remedy in ways)


def where_to_ask(site: Site, visit: Visit, app: App, decision: Decision) -> str:
    """The form that asks for what was refused to this visitor; "" where no grant would open it, or they may not ask."""
    action = decision.request.action
    is_own = visit.person is not None and decision.facts.person.id == visit.person.id
    if not is_own or not a_grant_opens(decision) or rule_for(site, visit, app, action) is None:
        return ""
    return f"{ASK}?{urlencode({'app': app.id, 'action': action})}"


async def has_asked(site: Site, visit: Visit, app: App, action: str) -> bool:
    """Whether a request of the visitor's for this waits to be decided."""
    access = site.ports.offers.find(Access)
    if access is None or visit.person is None:
        return False
    several = await access.requests_of(visit.person.id)
    asked = [one for one in several if one.app == app.id and action in one.actions]
    return any(one.state_at(visit.now) is RequestState.OPEN for one in asked)


def requested_actions(app: App) -> tuple[str, ...]:
    """The actions that can be asked for on an app, from the mildest to the strictest."""
    if app.ssh is not None:
        return app.ssh.actions
    if app.radius is not None:
        return RADIUS_ACTIONS[app.radius.kind]
    if app.network is not None:
        return NETWORK_ACTIONS
    return GROUP_ACTIONS if app.group is not None else actions_of(app)
