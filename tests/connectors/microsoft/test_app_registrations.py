"""Programs of an Entra tenant, against an emulator of Graph's contract: it is not Graph."""

from __future__ import annotations

import pytest
from aiohttp import web
from tests.emulators.entra_apps import EntraApps, entra_apps, principal, registration
from tests.emulators.entra_groups import CLIENT, TENANT

from limen.clock import from_iso
from limen.connectors.microsoft import app_registrations as module
from limen.connectors.microsoft.app_registrations import MICROSOFT, AppRegistration, app_registrations
from limen.connectors.microsoft.sign_in import GRAPH, app_token
from limen.connectors.vendor_client import VendorClient, VendorError, closing_clients
from limen.enforcement.resolving import Resolver

YEAR = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")


async def told(vendor: EntraApps) -> list[AppRegistration]:
    async with closing_clients(lambda at: VendorClient(at, Resolver)) as opened:
        graph = opened(vendor.origin)
        token = await app_token(graph, TENANT, CLIENT, "s3cret", GRAPH)
        return await app_registrations(graph, token)


async def test_registrations_and_principals_of_one_program_are_one() -> None:
    theirs, other = next(iter(MICROSOFT)), "99999999-0000-0000-0000-000000000000"
    applications = [registration(n, name, YEAR) for n, name in ((1, "Payroll"), (2, "backup"), (3, "Old"))]
    principals = [
        principal(1, "Payroll"),
        principal(2, "backup", accountEnabled=False),
        principal(7, "Exchange", appOwnerOrganizationId=theirs),
        principal(8, "Chat of others", appOwnerOrganizationId=other),
        principal(9, "vm", servicePrincipalType="ManagedIdentity"),
    ]
    async with entra_apps(applications, principals) as vendor:
        found = {one.name: one for one in await told(vendor)}
    assert list(found) == ["backup", "Chat of others", "Old", "Payroll", "vm"]
    assert [one.kind for one in found.values()] == [
        "Application",
        "Application",
        "Registration",
        "Application",
        "ManagedIdentity",
    ]
    assert [name for name, one in found.items() if one.is_foreign] == ["Chat of others"]
    assert [name for name, one in found.items() if not one.is_enabled] == ["backup"]
    (secret,) = found["Payroll"].secrets
    assert (secret.begins_at, secret.ends_at) == (from_iso(YEAR[0]), from_iso(YEAR[1]))


async def test_what_is_no_time_is_unknown_and_what_is_no_program_is_refused() -> None:
    async with entra_apps([registration(1, "x", ("soon", "never"))], []) as vendor:
        (one,) = await told(vendor)
        assert (one.secrets[0].begins_at, one.secrets[0].ends_at) == (0, 0)
    async with entra_apps([{"displayName": "no id"}], []) as vendor:
        with pytest.raises(VendorError):
            await told(vendor)


async def test_more_than_is_read_and_a_permission_that_lacks_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    async with entra_apps([registration(n, str(n)) for n in range(4)], []) as vendor:
        with pytest.raises(VendorError) as much:
            await told(vendor)
    async with entra_apps([], []) as vendor:
        vendor.refusals = [web.json_response({}, status=403)] * 3
        with pytest.raises(VendorError):
            await told(vendor)
    assert much.value.word == "too-much"
