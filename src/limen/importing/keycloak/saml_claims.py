"""What an app was told of people in SAML assertions, by the protocol mappers of its client, and where it began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.facts.service_provider import USUAL_ATTRIBUTES
from limen.importing.keycloak.parts import entries, mapping, text
from limen.importing.report import Effect, Path, Report, leaves

_GROUPS: Final = "saml-group-membership-mapper"
_PROPERTY: Final = "saml-user-property-mapper"
_PROPERTIES: Final = {"email": "email", "id": "id"}
"""What of a user Limen tells, too. It has no given and family names, and no usernames."""
_MOST_NAME, _MOST_STATE = 200, 80
_IDP_NAME: Final = "saml_idp_initiated_sso_url_name"
_RELAY_STATE: Final = "saml_idp_initiated_sso_relay_state"


def read_saml_claims(client: Mapping[str, Any], at: Path, report: Report) -> tuple[tuple[str, str], ...]:
    """The app's names for what it is told; what is usual in Limen where its client has no mappers of its own."""
    found: dict[str, str] = {}
    has_mappers = False
    for mapper, here in entries(client, "protocolMappers", at):
        has_mappers = True
        called, told = _one(mapper)
        if called:
            found[called] = told
        for path, _ in leaves(mapper):
            if called:
                report.translated((*here, *path), f"what the app is told of people: {told}")
            else:
                why = "Limen tells an app people's ID, name, email and groups, and nothing else"
                report.not_translated((*here, *path), why, Effect.STRICTER)
    if has_mappers:
        return tuple(found.items())
    how = "its client has no mappers: the app is told email, name and groups; `attributes: {}` tells it nothing"
    report.note(at, how, Effect.SAME)
    return USUAL_ATTRIBUTES


def _one(mapper: Mapping[str, Any]) -> tuple[str, str]:
    """What the app calls it, and what it is told; "" where Limen can't tell it."""
    config = mapping(mapper.get("config"))
    kind, called = mapper.get("protocolMapper"), text(config.get("attribute.name"))
    if kind == _GROUPS:
        told = "groups"
    else:
        told = _PROPERTIES.get(text(config.get("user.attribute")), "") if kind == _PROPERTY else ""
    return (called, told) if told and 0 < len(called) <= _MOST_NAME and called.isprintable() else ("", "")


def read_beginning(client: Mapping[str, Any], at: Path, report: Report) -> tuple[bool, str]:
    """Whether a sign-in might begin at Keycloak, and with which relay state."""
    attributes = mapping(client.get("attributes"))
    may_begin = bool(text(attributes.get(_IDP_NAME)))
    report.translated((*at, "attributes", _IDP_NAME), "whether a sign-in may begin in the portal")
    state = text(attributes.get(_RELAY_STATE))
    if len(state) <= _MOST_STATE and state.isprintable():
        report.translated((*at, "attributes", _RELAY_STATE), "where in the app people arrive")
        return may_begin, state if may_begin else ""
    report.not_translated((*at, "attributes", _RELAY_STATE), "a relay state has at most 80 characters (SAML Bindings)")
    return may_begin, ""
