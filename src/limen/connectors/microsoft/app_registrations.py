"""Programs of a Microsoft Entra tenant: its app registrations with their secrets and certificates, and the service
principals that sign in (Graph: *List applications*, *List servicePrincipals*; permission `Application.Read.All`).

Those that Microsoft itself put there are left out. What a secret is, is never told by Graph, only since when and until
when it is good.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from limen.clock import Instant, from_iso
from limen.connectors.vendor_client import VendorClient, VendorError, listed, text_in

MOST: Final = 5_000
MICROSOFT: Final = frozenset({"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
"""The tenants that Microsoft's own programs belong to."""
_PER_PAGE: Final = "999"
_LONGEST_NAME: Final = 200
_OF_REGISTRATIONS: Final = "appId,displayName,createdDateTime,passwordCredentials,keyCredentials"
_OF_PRINCIPALS: Final = (
    "appId,displayName,accountEnabled,servicePrincipalType,appOwnerOrganizationId,passwordCredentials,keyCredentials"
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A password or certificate of a program. 0: Graph does not say."""

    begins_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """A program by its application (client) ID. `kind`: as Graph says it of its service principal (`Application`,
    `ManagedIdentity`, `Legacy`), or `Registration` where it has none. `is_foreign`: another tenant's program.
    """

    app_id: str
    name: str
    kind: str = "Registration"
    is_enabled: bool = True
    is_foreign: bool = False
    secrets: tuple[Secret, ...] = ()


async def app_registrations(graph: VendorClient, token: str) -> list[AppRegistration]:
    """All programs of the tenant, by their names. Raises VendorError."""
    found: dict[str, AppRegistration] = {}
    async for told in _every(graph, token, "/v1.0/applications", _OF_REGISTRATIONS):
        one = AppRegistration(text_in(told, "appId", 100), _name(told), secrets=_secrets(told))
        found[one.app_id] = one
    own = frozenset(found)
    async for told in _every(graph, token, "/v1.0/servicePrincipals", _OF_PRINCIPALS):
        app_id, kind = text_in(told, "appId", 100), told.get("servicePrincipalType")
        if told.get("appOwnerOrganizationId") in MICROSOFT and app_id not in own:
            continue
        before = found.get(app_id) or AppRegistration(app_id, _name(told))
        found[app_id] = replace(
            before,
            kind=kind[:30] if isinstance(kind, str) and kind else "Application",
            is_enabled=told.get("accountEnabled") is not False,
            is_foreign=app_id not in own and kind == "Application",
            secrets=(*before.secrets, *_secrets(told)),
        )
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.app_id))


async def _every(graph: VendorClient, token: str, path: str, fields: str) -> AsyncIterator[dict[str, Any]]:
    page, number = await graph.get(path, [("$select", fields), ("$top", _PER_PAGE)], token), 0
    while True:
        for one in listed(page, "value"):
            number += 1
            if number > MOST:
                raise VendorError("too-much")
            yield one
        if "@odata.nextLink" not in page:
            return
        page = await graph.get_link(text_in(page, "@odata.nextLink"), token)


def _name(told: Mapping[str, Any]) -> str:
    name = told.get("displayName")
    return name[:_LONGEST_NAME] if isinstance(name, str) else ""


def _secrets(told: Mapping[str, Any]) -> tuple[Secret, ...]:
    """Graph tells of certificates in two entries, to sign and to verify, which is one secret each."""
    several = [one for name in ("passwordCredentials", "keyCredentials") for one in _objects(told.get(name))]
    return tuple(Secret(_instant(one.get("startDateTime")), _instant(one.get("endDateTime"))) for one in several)


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _instant(text: object) -> Instant:
    try:
        return from_iso(text) if isinstance(text, str) else 0
    except ValueError:
        return 0
