"""People out of a real slapd and a real domain controller, whole and by what changed."""

from __future__ import annotations

from datetime import date

import pytest
from tests.identity.sources.ldap.conftest import domain, office
from tests.samba_dc import DISABLED, NORMAL, SECRET as AT_SAMBA, USER_ACCOUNT_CONTROL, SambaDc
from tests.slapd import BASE, DATABASE_ADMINS, DOMAIN_ADMINS, LOCKED, PEOPLE, SECRET, Slapd

from limen.connectors.vendor_client import VendorError
from limen.identity.sources.ldap.reading import Reading
from limen.identity.sources.model import Source, SourcePerson

pytestmark = pytest.mark.slow


async def by_name(reading: Reading, source: Source, secret: str = SECRET) -> dict[str, SourcePerson]:
    return {one.name: one for one in (await reading.whole(source, secret)).people}


async def word_of(reading: Reading, source: Source, secret: str = SECRET) -> str:
    with pytest.raises(VendorError) as wrong:
        await reading.whole(source, secret)
    assert secret not in str(wrong.value)
    assert not reading.can_tell_changes(source)
    return wrong.value.word


async def test_slapd_says_who_there_is(there: Slapd, reading: Reading) -> None:
    ida = there.add_person("ida", "Ida Berg", "ida@harbor.example")
    vera = there.add_person("vera", "Vera Holm", "vera@harbor.example", manager=ida, title="Lead", employeeNumber="17")
    there.add_person("nils", "Nils Hof", "nils@harbor.example", pwdAccountLockedTime=LOCKED)
    there.add_person("scanner", "Scanner", "")
    staff = there.add_group("staff", vera)
    people = await by_name(reading, office(there, staff))
    assert people["Vera Holm"] == SourcePerson(
        external_id=people["Vera Holm"].external_id,
        email="vera@harbor.example",
        name="Vera Holm",
        groups=frozenset({staff}),
        title="Lead",
        employee_number="17",
        manager=people["Ida Berg"].external_id,
    )
    assert {name: one.is_active for name, one in people.items()} == {
        "Ida Berg": True,
        "Vera Holm": True,
        "Nils Hof": False,
        "Scanner": True,
    }
    assert people["Scanner"].email == ""


async def test_a_domain_controller_says_who_there_is(controller: SambaDc, reading: Reading) -> None:
    ida = controller.add_person("rd-ida", "Ida Reading", "rd-ida@harbor.example")
    vera = controller.add_person(
        "rd-vera", "Vera Reading", "rd-vera@harbor.example", manager=ida, department="Sales", preferredLanguage="de-DE"
    )
    controller.add_person("rd-nils", "Nils Reading", "rd-nils@harbor.example", userAccountControl=DISABLED)
    # the end of the last day of 2026 in Berlin
    controller.add_person("rd-otto", "Otto Reading", "rd-otto@harbor.example", accountExpires=134432316000000000)
    staff = controller.add_group("rd-staff", controller.add_group("rd-sales", vera))
    source = domain(controller, "rd-", staff)
    people = await by_name(reading, source, AT_SAMBA)
    said = people["Vera Reading"]
    assert (said.groups, said.department, said.language) == ({staff}, "Sales", "de")
    assert said.manager == people["Ida Reading"].external_id
    assert {name for name, one in people.items() if not one.is_active} == {"Nils Reading"}
    assert (people["Otto Reading"].last_day, said.last_day) == (date(2026, 12, 31), None)
    assert await reading.changes(source, AT_SAMBA) == []
    controller.set(vera, userAccountControl=DISABLED)
    changed = await reading.changes(source, AT_SAMBA)
    assert changed is not None
    assert [(one.external_id, one.is_active) for one in changed] == [(said.external_id, False)]
    controller.set(vera, userAccountControl=NORMAL)
    with controller.as_root() as root:
        assert root.modify_dn(vera, "CN=Vera Berg"), root.result
    renamed = await by_name(reading, source, AT_SAMBA)
    assert said.external_id in {one.external_id for one in renamed.values()}


async def test_what_changed_is_read_alone(there: Slapd, reading: Reading) -> None:
    for group in (DOMAIN_ADMINS, DATABASE_ADMINS):
        there.delete(group)
    vera = there.add_person("vera", "Vera Holm", "vera@harbor.example")
    there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    source = office(there)
    assert await reading.changes(source, SECRET) is None
    await reading.whole(source, SECRET)
    assert reading.can_tell_changes(source)
    there.set(vera, title="Lead")
    changed = {one.name: one for one in await reading.changes(source, SECRET) or ()}
    assert changed["Vera Holm"].title == "Lead"
    there.set(vera, mail="oscar@harbor.example")
    both = await reading.changes(source, SECRET)
    assert both is not None
    assert sorted((one.name, one.email) for one in both) == [("Oscar Lind", ""), ("Vera Holm", "")]
    assert not reading.can_tell_changes(office(there, filter="(title=Lead)"))
    reading.forget(source)
    assert await reading.changes(source, SECRET) is None


async def test_a_unit_that_can_not_be_seen_any_more_is_told(there: Slapd, reading: Reading) -> None:
    sales = f"ou=sales,{PEOPLE}"
    with there.as_root() as root:
        assert root.add(sales, ["organizationalUnit"], {"ou": "sales"})
        said = {"cn": "Otto", "sn": "Otto", "mail": "otto@harbor.example"}
        assert root.add(f"uid=otto,{sales}", ["inetOrgPerson"], said)
    there.add_person("vera", "Vera Holm", "vera@harbor.example")
    read = await reading.whole(office(there), SECRET)
    assert read.units == {PEOPLE, sales}
    again = await reading.whole(office(there), SECRET, known_units=read.units)
    assert (len(again.people), again.lost_unit) == (2, "")
    there.delete(f"uid=otto,{sales}")
    empty = await reading.whole(office(there), SECRET, known_units=read.units)
    assert (len(empty.people), empty.lost_unit) == (1, "")
    there.delete(sales)
    gone = await reading.whole(office(there), SECRET, known_units=read.units)
    assert (gone.units, gone.lost_unit) == ({PEOPLE}, sales)


async def test_what_is_not_everybody_is_nobody(there: Slapd, reading: Reading) -> None:
    there.add_person("vera", "Vera Holm", "vera@harbor.example")
    assert await word_of(reading, office(there, filter="(title=Nobody)")) == "nobody"
    assert await word_of(reading, office(there, people=[PEOPLE, f"ou=gone,{BASE}"])) == "no-base"
    assert await word_of(reading, office(there, f"cn=gone,{BASE}")) == "no-group"
    assert await word_of(reading, office(there), "wrong") == "not-allowed"
    there.stop()
    assert await word_of(reading, office(there)) == "unreachable"


async def test_a_domain_controller_that_hides_who_is_disabled_says_nothing(
    controller: SambaDc, reading: Reading
) -> None:
    dn = controller.add_person("hd-vera", "Vera Hidden", "hd-vera@harbor.example")
    controller.deny_reading(dn, USER_ACCOUNT_CONTROL)
    assert await word_of(reading, domain(controller, "hd-"), AT_SAMBA) == "hidden-accounts"
