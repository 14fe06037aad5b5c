"""Requests for flows of the network: asked like access to an app, decided like it, and published by somebody else.

What a flow would be, whose it is and whether it may be at all, the network says (`pillar/offers.py`).
"""

from __future__ import annotations

from dataclasses import replace

from limen.access.errors import NoRuleError
from limen.access.model import AccessRequest
from limen.access.occasion import Occasion
from limen.access.requests import begun, keep_asked, written
from limen.access.terms import of_flow
from limen.facts.access_rules import Approvers
from limen.pillar import JudgedFlow

LONGEST_PURPOSE = 200
"""As `purpose` in network.yaml."""


def ask(at: Occasion, person_id: str, judged: JudgedFlow, purpose: str, device_id: str = "") -> AccessRequest:
    """Keep a request for this flow, and have those told who could approve it. Raises AccessError."""
    person, rule = at.basis.people.get(person_id), at.basis.rules.flows
    if person is None or rule is None:
        raise NoRuleError
    terms = of_flow(rule, judged, person, at.basis.people)
    flow = replace(judged.flow, owner=judged.flow.owner or _first(rule.approve))
    why = written(purpose, rule.reason_length, LONGEST_PURPOSE)
    request = replace(begun(at, terms, person, why, device_id), flow=flow)
    keep_asked(at, request)
    at.notices.asked(at.transaction, at.basis, request, request.steps[0], at.now)
    return request


def _first(approvers: Approvers) -> str:
    """Who is asked about a flow that nobody owns: a group, or an email address."""
    return next(iter((*approvers.groups, *approvers.people)))
