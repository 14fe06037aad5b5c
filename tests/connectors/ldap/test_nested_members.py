"""Groups within groups, in a real slapd by walking, and in a real domain controller by its own account."""

from __future__ import annotations

import pytest
from tests.samba_dc import BASE as DOMAIN, GROUPS as UNIT, LIMEN as AT_SAMBA, SECRET as SAMBAS, SambaDc
from tests.slapd import BASE, GROUPS, LIMEN, SECRET, Slapd

from limen.connectors.ldap import nested_members
from limen.connectors.ldap.connection import LdapServer, opened
from limen.connectors.ldap.entries import dn_key
from limen.connectors.ldap.nested_members import GroupWalk, Members, members_in_chain
from limen.connectors.vendor_client import VendorError

pytestmark = pytest.mark.slow


async def walked(there: Slapd, group: str, *people: str) -> Members:
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        return await GroupWalk(asked, {dn_key(one) for one in people}).members(group)


async def test_members_of_members_are_members(there: Slapd) -> None:
    vera, oscar, ida = (there.add_person(one, f"{one} Lind", "") for one in ("vera", "oscar", "ida"))
    inner = there.add_group("inner", oscar.upper())
    middle = there.add_group("middle", inner, f"uid=gone,{BASE}", f"cn=gone,{GROUPS}")
    outer = there.add_group("outer", middle, vera, inner)
    assert (await walked(there, outer, vera, oscar, ida)).names == {dn_key(vera), dn_key(oscar)}
    assert (await walked(there, inner, vera, oscar, ida)).names == {dn_key(oscar)}


async def test_a_circle_of_groups_ends(there: Slapd) -> None:
    vera = there.add_person("vera", "Vera Lind", "vera@harbor.example")
    one = there.add_group("one", f"cn=three,{GROUPS}")
    two = there.add_group("two", one, f"cn=two,{GROUPS}")
    there.add_group("three", two, vera)
    for group in (one, two, f"cn=three,{GROUPS}"):
        assert (await walked(there, group, vera)).names == {dn_key(vera)}


async def test_user_names_of_posix_groups(there: Slapd) -> None:
    with there.as_root() as root:
        said = {"gidNumber": "7", "memberUid": ["vera", "oscar"]}
        assert root.add(f"cn=ops,{GROUPS}", ["posixGroup"], said), root.result
    outer = there.add_group("outer", f"cn=ops,{GROUPS}")
    assert await walked(there, outer) == Members(frozenset(), frozenset({"vera", "oscar"}))


async def test_a_group_that_is_gone_and_members_that_are_hidden_are_errors(there: Slapd) -> None:
    there.add_group("secret", f"uid=vera,{BASE}")
    with pytest.raises(VendorError) as wrong:
        await walked(there, f"cn=gone,{GROUPS}")
    assert wrong.value.word == "no-group"
    there.hide("member")
    with pytest.raises(VendorError) as wrong:
        await walked(there, f"cn=secret,{GROUPS}")
    assert wrong.value.word == "hidden-members"


async def test_a_walk_is_bounded(there: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nested_members, "MOST_READ", 5)
    outer = there.add_group("outer", *(f"uid=p{number},{BASE}" for number in range(5)))
    with pytest.raises(VendorError) as wrong:
        await walked(there, outer)
    assert wrong.value.word == "too-much"


async def test_a_domain_controller_says_it_itself(controller: SambaDc) -> None:
    ada = controller.add_person("nm-ada", "Lind, Ada (nested)".replace(",", "\\,"), "nm-ada@harbor.example")
    ben = controller.add_person("nm-ben", "Ben Nested", "nm-ben@harbor.example")
    inner = controller.add_group("nm-inner (staff)", ada)
    outer = controller.add_group("nm-outer", inner, ben)
    controller.set(inner, member=None)
    with controller.as_root() as root:
        assert root.modify(inner, {"member": [("MODIFY_ADD", [ada, outer])]}), root.result  # a circle
    async with opened(LdapServer(controller.url, AT_SAMBA, SAMBAS, controller.trust)) as asked:
        everybody = await members_in_chain(asked, DOMAIN, "(objectClass=user)", outer)
        inside = await members_in_chain(asked, DOMAIN, "(&(objectClass=user)(sAMAccountName=nm-a*))", inner)
        assert len(everybody) == 2
        assert len(inside) == 1
        assert inside < everybody
        primary = await members_in_chain(asked, DOMAIN, "(sAMAccountName=nm-*)", f"CN=Domain Users,CN=Users,{DOMAIN}")
        assert primary == everybody
        with pytest.raises(VendorError) as wrong:
            await members_in_chain(asked, DOMAIN, "(objectClass=user)", f"CN=gone,{UNIT}")
        assert wrong.value.word == "no-group"
