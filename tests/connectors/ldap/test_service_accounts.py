"""Accounts that are nobody's, in a real slapd and in a real domain controller."""

from __future__ import annotations

import pytest
from tests.samba_dc import ADMINISTRATOR, BASE as DOMAIN, DISABLED, SECRET as AT_SAMBA, SERVICES, WORKSTATION, SambaDc
from tests.slapd import BASE, LIMEN, PEOPLE, SECRET, Slapd

from limen.connectors.ldap.connection import LdapServer, opened
from limen.connectors.ldap.service_accounts import ServiceAccount, ServiceAccountKind, service_accounts
from limen.connectors.vendor_client import VendorError

pytestmark = pytest.mark.slow


async def found(server: LdapServer, base: str) -> dict[str, ServiceAccount]:
    async with opened(server) as asked:
        return {one.signs_in_as: one for one in await service_accounts(asked, base)}


async def test_slapd_has_those_that_can_sign_in_and_have_no_address(there: Slapd) -> None:
    there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    with there.as_root() as root:
        owner = f"uid=oscar,{PEOPLE}"
        backup = {"userPassword": "x" * 20, "description": "Backs up files", "owner": owner}
        assert root.add(f"cn=backup,{BASE}", ["organizationalRole", "simpleSecurityObject", "extensibleObject"], backup)
        assert root.add(f"uid=scanner,{PEOPLE}", ["inetOrgPerson"], {"cn": "Scanner", "sn": "Scanner"})
        assert root.add(f"uid=ci,{PEOPLE}", ["account"], {})
    them = await found(LdapServer(there.url, LIMEN, SECRET, there.trust), BASE)
    assert {name: one.kind for name, one in them.items()} == {
        "backup": ServiceAccountKind.NOT_A_PERSON,
        "limen": ServiceAccountKind.NOT_A_PERSON,
        "reader": ServiceAccountKind.NOT_A_PERSON,
        "scanner": ServiceAccountKind.WITHOUT_ADDRESS,
        "ci": ServiceAccountKind.NOT_A_PERSON,
    }
    assert (them["backup"].description, them["backup"].owner) == ("Backs up files", owner)
    assert them["backup"].id.startswith("entryUUID:")
    assert them["backup"].made_at > 0
    assert all(one.is_enabled and not one.is_built_in for one in them.values())


async def test_a_domain_has_managed_ones_and_those_with_principals(controller: SambaDc) -> None:
    sql = {"servicePrincipalName": ["MSSQLSvc/db.harbor.example:1433"], "manager": f"CN=limen,{SERVICES}"}
    controller.add_person("svc-sql", "SQL at Harbor", "sql@harbor.example", **sql)
    controller.add_person("svc-old", "Old scanner", "", userAccountControl=DISABLED)
    controller.add_person("vera", "Vera Holm", "vera@harbor.example")
    managed = {"sAMAccountName": "web$", "msDS-ManagedPasswordInterval": 30, "userAccountControl": WORKSTATION}
    controller.add(f"CN=web,{SERVICES}", ["msDS-GroupManagedServiceAccount"], managed)
    them = await found(LdapServer(controller.url, ADMINISTRATOR, AT_SAMBA, controller.trust), DOMAIN)
    assert "vera" not in them
    assert {name: them[name].kind for name in ("svc-sql", "svc-old", "web$", "limen", "krbtgt")} == {
        "svc-sql": ServiceAccountKind.PRINCIPAL,
        "svc-old": ServiceAccountKind.WITHOUT_ADDRESS,
        "web$": ServiceAccountKind.MANAGED,
        "limen": ServiceAccountKind.WITHOUT_ADDRESS,
        "krbtgt": ServiceAccountKind.PRINCIPAL,
    }
    assert them["svc-sql"].principals == ("MSSQLSvc/db.harbor.example:1433",)
    assert them["svc-sql"].id.startswith("objectGUID:")
    assert not them["svc-old"].is_enabled
    assert {name for name, one in them.items() if one.is_built_in} >= {"Administrator", "Guest", "krbtgt"}
    assert not any(them[name].is_built_in for name in ("svc-sql", "svc-old", "web$", "limen"))
    assert them["limen"].password_set_at > 0


async def test_an_answer_that_was_cut_short_is_an_error(there: Slapd) -> None:
    with there.as_root() as root:
        for number in range(510):
            root.add(f"uid=s{number},{PEOPLE}", ["account"], {})
    with pytest.raises(VendorError) as wrong:
        await found(LdapServer(there.url, LIMEN, SECRET, there.trust), BASE)
    assert wrong.value.word == "cut-short"
