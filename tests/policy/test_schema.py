"""The schema and the facts must meet: what `seen` builds is exactly what policies were promised."""

from __future__ import annotations

import cedarpy
import pytest
from tests.policy.scene import NOW, facts

from limen.cedar import CedarSet, Datetime, EntityUid, IpRange
from limen.clock import HOUR
from limen.company.child import schema_text
from limen.facts import ACTIONS, Grant, Place
from limen.policy import Request
from limen.policy.cedar_view import Calendar, view_of

SCHEMA = schema_text()


def cedar_json(value: object) -> object:
    match value:
        case Datetime():
            return {
                "__extn": {
                    "fn": "offset",
                    "args": [
                        {"__extn": {"fn": "datetime", "arg": "1970-01-01"}},
                        {"__extn": {"fn": "duration", "arg": f"{int(value)}ms"}},
                    ],
                }
            }
        case IpRange():
            return {"__extn": {"fn": "ip", "arg": "10.1.2.3"}}
        case EntityUid():
            return {"__entity": {"type": value.type, "id": value.id}}
        case CedarSet():
            return [cedar_json(item) for item in value.items]
        case dict():
            return {name: cedar_json(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("address", ["", "10.1.2.3"])
def test_cedar_itself_takes_the_facts_under_the_schema(action: str, address: str) -> None:
    from zoneinfo import ZoneInfo

    known = facts(place=Place(address), grants=(Grant("g", "wiki", frozenset(ACTIONS), NOW + HOUR),))
    seen = view_of(known)
    context = seen.context(Request(action, "GET", "GET /**"), NOW, Calendar(ZoneInfo("UTC")).at(NOW))
    entities = [
        {
            "uid": {"type": one.uid.type, "id": one.uid.id},
            "attrs": one.attrs,
            "parents": [{"type": up.type, "id": up.id} for up in one.ancestors],
        }
        for one in (seen.principal, seen.resource)
    ]
    request = {
        "principal": 'Person::"p1"',
        "action": f'Action::"{action}"',
        "resource": 'App::"wiki"',
        "context": cedar_json(context),
    }
    policy = f'permit (principal, action == Action::"{action}", resource);'
    answer = cedarpy.is_authorized(request, policy, entities, schema=SCHEMA)
    assert answer.decision == cedarpy.Decision.Allow, answer.diagnostics.errors


def test_the_schema_knows_every_action() -> None:
    policies = "".join(f'permit (principal, action == Action::"{action}", resource);' for action in ACTIONS)
    assert cedarpy.validate_policies(policies, SCHEMA).validation_passed
