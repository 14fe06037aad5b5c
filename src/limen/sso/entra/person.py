"""Whom a tenant of Entra ID means by what it says of somebody. Pure.

By the object ID that the company linked to a person; else by a user name in a domain that the company says is its own.
Anything else is nobody, and so is whatever two readings are possible of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from limen.facts import Person
from limen.facts.entra_tenant import EntraTenant

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GUEST: Final = "#ext#"
"""In the user name of somebody whom another organization signs in."""


def person_meant(claims: Mapping[str, Any], tenant: EntraTenant, people: Iterable[Person]) -> Person | None:
    """The person whom these claims mean, None for nobody: what they say was verified before."""
    oid = _text(claims, "oid")
    if _text(claims, "tid") != tenant.tenant or not _GUID.fullmatch(oid):
        return None
    linked = dict(tenant.people)
    if oid in linked:
        found = [one for one in people if one.id == linked[oid]]
    else:
        address = _own_address(claims, tenant)
        found = [one for one in people if address and one.email.casefold() == address]
    if len(found) != 1 or not found[0].active or found[0].is_workload:
        return None
    is_of_another = oid not in linked and found[0].id in linked.values()
    return None if is_of_another else found[0]


def _own_address(claims: Mapping[str, Any], tenant: EntraTenant) -> str:
    """The user name, where its domain is one of the company's and it is no guest's; else ""."""
    name = _text(claims, "preferred_username")
    is_guest = _GUEST in name.casefold() or claims.get("acct", 0) != 0 or "idp" in claims
    if is_guest or not name.isascii() or name.count("@") != 1:
        return ""
    return name.casefold() if name.rpartition("@")[2].casefold() in tenant.domains else ""


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value if isinstance(value, str) else ""
