"""What an app is told of people in SAML assertions (Graph: *claimsMappingPolicy*)."""

from __future__ import annotations

import json
from typing import Any, Final

from limen.facts.service_provider import EMAIL, PERSISTENT
from limen.importing.entra.nodes import Node
from limen.importing.report import Effect

_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_BASIC: Final = ((f"{_CLAIMS}emailaddress", "email"), (f"{_CLAIMS}name", "email"))
"""What Entra ID tells without a policy, as far as Limen knows it; `name` is the user principal name."""
_NAME_ID: Final = f"{_CLAIMS}nameidentifier"
_SOURCES: Final = {
    "mail": "email",
    "userprincipalname": "email",
    "displayname": "name",
    "objectid": "id",
    "employeeid": "",
    "groups": "groups",
}
_LONGEST: Final = 40_000
_MOST: Final = 30
_KEPT: Final = "what the app is told of people"


def read_claims(principal: Node) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What people are called in assertions, and the attributes. The report hears of what Limen can't tell."""
    name_id, attributes, basic = EMAIL, {}, True
    for policy in principal.children("claimsMappingPolicies")[:1]:
        for name in ("id", "displayName"):
            policy.text(name, _KEPT)
        policy.flag("isOrganizationDefault", _KEPT)
        schema, basic = _schema(policy)
        lost = 0
        for one in schema[:_MOST]:
            told, called = _one(one)
            if called == _NAME_ID and told:
                name_id = EMAIL if told == "email" else PERSISTENT
            elif told and called:
                attributes[called] = told
            else:
                lost += 1
        how = _KEPT if not lost else f"{lost} claims that Limen can't tell are left away"
        policy.report.approximated(policy.at("definition"), how, Effect.SAME if not lost else Effect.STRICTER)
    how = "people are called by their email address, where Entra ID gave the user principal name"
    principal.report.note(principal.path, how, Effect.SAME)
    found = {**dict(_BASIC), **attributes} if basic else attributes
    return name_id, tuple(found.items())


def _schema(policy: Node) -> tuple[list[dict[str, Any]], bool]:
    """The claims of the policy, which is JSON in a text; and whether what is told without one is told, too."""
    definitions = policy.words("definition")
    if not definitions or len(definitions[0]) > _LONGEST:
        return [], True
    try:
        body = json.loads(definitions[0])["ClaimsMappingPolicy"]
        schema = body.get("ClaimsSchema", [])
        basic = str(body.get("IncludeBasicClaimSet", "true")).casefold() == "true"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [], True
    return [one for one in schema if isinstance(one, dict)] if isinstance(schema, list) else [], basic


def _one(claim: dict[str, Any]) -> tuple[str, str]:
    """What Limen tells by it ("": nothing), and what the app calls it."""
    source, field = claim.get("Source"), claim.get("ID")
    called = claim.get("SamlClaimType")
    is_of_user = isinstance(source, str) and source.casefold() == "user" and isinstance(field, str)
    told = _SOURCES.get(str(field).casefold(), "") if is_of_user and "TransformationId" not in claim else ""
    return told, called if isinstance(called, str) and 0 < len(called) <= 200 else ""
