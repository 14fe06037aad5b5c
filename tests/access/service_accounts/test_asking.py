"""Whatever kind a directory is of, its accounts of programs come in one form."""

from __future__ import annotations

import pytest
from tests.emulators.entra_apps import entra_apps, principal, registration
from tests.emulators.entra_groups import CLIENT, TENANT
from tests.emulators.google_iam import cloud_account, google_iam
from tests.emulators.workspace import ADMIN, key_file

from limen.access.membership.directories import Clients
from limen.access.service_accounts.asking import accounts_of, domain_of
from limen.access.service_accounts.model import Seen
from limen.clock import from_iso
from limen.connectors.vendor_client import VendorClient
from limen.enforcement.resolving import Resolver
from limen.facts.directory import Directory, DirectoryKind

NOW = from_iso("2026-11-27T09:00:00Z")


def clients(origin: str) -> Clients:
    return Clients(
        lambda at: VendorClient(at, Resolver), microsoft_sign_in=origin, graph=origin, google_sign_in=origin, iam=origin
    )


async def test_programs_of_entra_with_their_oldest_secret_and_the_last_end() -> None:
    begin, soon, late = "2025-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "2028-01-01T00:00:00Z"
    applications = [registration(1, "Payroll", (soon, late), (begin, soon)), registration(2, "Bare")]
    async with entra_apps(applications, [principal(1, "Payroll")]) as vendor:
        directory = Directory(DirectoryKind.ENTRA, tenant=TENANT, client=CLIENT)
        found = await accounts_of(clients(vendor.origin), directory, "s3cret", NOW)
    assert found is not None
    by_name = {one.name: one for one in found}
    payroll, bare = by_name["Payroll"], by_name["Bare"]
    assert (payroll.secret_at, payroll.secret_ends_at, payroll.secrets) == (from_iso(begin), from_iso(late), 2)
    assert (bare.secret_at, bare.secret_ends_at, bare.secrets, bare.kind) == (0, 0, 0, "Registration")


async def test_service_accounts_of_google_of_which_one_key_never_ends() -> None:
    keys = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), ("2025-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    async with google_iam(cloud_account(1, "backup", *keys)) as vendor:
        directory = Directory(DirectoryKind.GOOGLE, client=ADMIN)
        found = await accounts_of(clients(vendor.origin), directory, key_file(), NOW)
    assert found is not None
    (one,) = found
    assert (one.secrets, one.secret_ends_at, one.secret_at) == (2, 0, from_iso("2025-01-01T00:00:00Z"))


async def test_a_kind_that_has_none_has_none() -> None:
    assert await accounts_of(clients(""), Directory(DirectoryKind.AWS), "", NOW) is None


@pytest.mark.parametrize(
    ("base", "domain"),
    [
        ("ou=people,dc=harbor,dc=example", "dc=harbor,dc=example"),
        ("OU=Staff, DC=harbor, DC=example", " DC=harbor, DC=example"),
        ("o=harbor", "o=harbor"),
    ],
)
def test_the_whole_domain_is_searched(base: str, domain: str) -> None:
    assert domain_of(base) == domain


def test_of_what_is_told_nothing_is_required() -> None:
    assert Seen(external_id="1", kind="x", name="y").secrets == 0
