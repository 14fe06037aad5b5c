"""An upstream issuer that is one system with a source of people, over the wire: what it says links one account, and
what anybody may write there links none.
"""

from __future__ import annotations

import pytest
from tests.sso import linked
from tests.sso.issuer import FakeIssuer, signs_in
from tests.web.conftest import House

from limen.identity.sources.model import PeopleSources, Source, SourceKind, SourcePerson
from limen.identity.sources.people_file import is_changeable

there, house = linked.there, linked.house
HR = Source(
    "hr", SourceKind.LDAP, "HR", everyone=frozenset({"staff"}), issuer="there", claim="oid", domains=("harbor.example",)
)
EVE = SourcePerson("oid-eve", "eve@harbor.example", "Eve")


@pytest.fixture
async def with_eve(house: House) -> House:
    house.limen.known.set_rules(PeopleSources, PeopleSources((HR,)))
    await house.limen.identity.sources.run("hr", [EVE])
    return house


async def test_the_sources_id_signs_in_and_an_address_does_not(with_eve: House, there: FakeIssuer) -> None:
    for claims in (
        {"email": "eve@harbor.example", "email_verified": True},
        {"oid": "oid-other"},
        {"oid": ["oid-eve", "oid-noa"]},
        {"oid": {"oid-eve": 1}},
        {"preferred_username": "oid-eve"},
    ):
        there.claims = {"sub": f"mallory-{len(claims)}", **claims}
        browser = with_eve.browser()
        await signs_in(browser, there)
        assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    assert with_eve.events("factor.added") == []
    there.claims = {"sub": "eve-there", "oid": "oid-eve"}
    browser = with_eve.browser()
    await signs_in(browser, there)
    assert (await browser.get("/sessions")).status_code == 200
    (event,) = with_eve.events("factor.added")
    assert (event.details["source"], with_eve.limen.known.people[event.subject].name) == ("hr", "Eve")


def test_what_somebody_may_change_themselves_is_nobodys_id_by_whatever_name_saml_calls_it() -> None:
    soap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
    for claim in ("email", f"{soap}/emailaddress", f"{soap}/upn", f"{soap}/name", "urn:oid:0.9.2342.19200300.100.1.3"):
        assert is_changeable(claim)
    for claim in ("sub", "oid", "http://schemas.microsoft.com/identity/claims/objectidentifier", "urn:oid:2.5.4.45"):
        assert not is_changeable(claim)
