"""A source of people and an upstream issuer that are one system: the first sign-in links itself, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import Connection
from tests.identity.conftest import House
from tests.identity.sources.conftest import HR, AtWork, at_work, said
from tests.identity.test_issuer_accounts import MAKING, THERE, signed_in_there, vouched

from limen.identity.errors import IssuerAccountUnknownError, SignInFailedError
from limen.identity.model import PersonStatus, Visitor
from limen.identity.sources.model import Source, SourceKind
from limen.identity.sources.scim import store as scim

__all__ = ["at_work"]
SAME = msgspec.structs.replace(HR, issuer="there", claim="oid")
EVE = said("Eve")


def by(house: House, oid: str = "x-eve", **more: object) -> object:
    return vouched(house, subject="eve-there", claims=(("oid", oid),), **more)


@pytest.fixture
async def hr(at_work: AtWork) -> AtWork:
    at_work.declare(SAME)
    await at_work.run(EVE, said("Noa"))
    return at_work


async def refused(house: House, visitor: Visitor, word: str, account: object) -> None:
    with pytest.raises((IssuerAccountUnknownError, SignInFailedError)):
        await signed_in_there(house, visitor, account)  # type: ignore[arg-type]
    assert house.words("sign_in.failed")[-1] == word


async def test_the_first_sign_in_links_and_says_by_which_source(hr: AtWork, house: House, visitor: Visitor) -> None:
    done = await signed_in_there(house, visitor, by(house))  # type: ignore[arg-type]
    members = await hr.members()
    assert (done.person.id, members["Eve"].status) == (members["Eve"].person.id, PersonStatus.ACTIVE)
    (event,) = house.events("factor.added")
    assert (event.actor, event.subject, event.details["source"], event.details["issuer"]) == (
        "",
        done.person.id,
        "hr",
        "there",
    )
    assert await house.parts.links.outstanding() == []
    again = await signed_in_there(house, visitor, by(house, "x-noa"))  # type: ignore[arg-type]
    assert again.person.id == done.person.id  # the link counts, whatever is said later


async def test_an_address_links_nobody(hr: AtWork, house: House, visitor: Visitor) -> None:
    lies = vouched(house, subject="mallory-there", email="eve@harbor.example", name="Eve")
    await refused(house, visitor, "issuer-account-unknown", lies)
    for claims in (("oid", ""), ("oid", "X-EVE"), ("oid", "x" * 300), ("email", "x-eve")):
        await refused(house, visitor, "issuer-account-unknown", replace(lies, claims=(claims,)))
    twice = replace(lies, claims=(("oid", "x-eve"), ("oid", "x-noa")))
    await refused(house, visitor, "issuer-account-unknown", twice)


async def test_another_tenant_is_another_issuer(hr: AtWork, house: House, visitor: Visitor) -> None:
    other = replace(THERE, id="elsewhere", url="https://idp.example/another-tenant")
    await refused(house, visitor, "issuer-account-unknown", by(house, issuer=other))
    assert house.events("factor.added") == []


async def test_who_has_a_role_is_linked_by_hand(at_work: AtWork, house: House, visitor: Visitor) -> None:
    at_work.declare(msgspec.structs.replace(SAME, administrators=True))
    await at_work.run(said("Eve", groups=frozenset({"Bosses"})))
    await refused(house, visitor, "same-identity-has-role", by(house))


async def test_an_id_that_is_given_again_opens_nobody_elses_account(hr: AtWork, house: House, visitor: Visitor) -> None:
    await signed_in_there(house, visitor, by(house))  # type: ignore[arg-type]
    newer = vouched(house, subject="another-there", claims=(("oid", "x-eve"),))
    await refused(house, visitor, "same-identity-linked-otherwise", newer)


async def test_who_is_gone_at_the_source_is_not_linked_and_comes_back_by_a_new_id(
    hr: AtWork, house: House, visitor: Visitor
) -> None:
    await hr.run(said("Noa"))
    await refused(house, visitor, "issuer-account-unknown", by(house))
    await hr.run(said("Noa"), said("Eve", external_id="x-eve-2", email="eve2@harbor.example"))
    await refused(house, visitor, "issuer-account-unknown", by(house))
    done = await signed_in_there(house, visitor, by(house, "x-eve-2"))  # type: ignore[arg-type]
    assert done.person.email == "eve2@harbor.example"


async def test_two_sources_that_mean_two_people_link_neither(hr: AtWork, house: House, visitor: Visitor) -> None:
    other = Source("cloud", SourceKind.LDAP, "Cloud", issuer="there", claim="oid")
    hr.declare(SAME, other)
    await hr.run(said("Tom", external_id="x-eve"), source="cloud")
    await refused(house, visitor, "same-identity-ambiguous", by(house))


async def test_what_waits_for_an_administrator_links_nobody_and_makes_nobody_either(
    at_work: AtWork, house: House, visitor: Visitor
) -> None:
    at_work.declare(msgspec.structs.replace(SAME, adopts=()))
    await house.invited("Eve", "eve@harbor.example")
    await at_work.run(EVE)
    await refused(house, visitor, "address-taken", by(house, issuer=MAKING, email="eve@harbor.example"))


async def test_by_scim_it_is_the_external_id_that_one_user_has(at_work: AtWork, house: House, visitor: Visitor) -> None:
    at_work.declare(msgspec.structs.replace(SAME, kind=SourceKind.SCIM))
    await at_work.run(said("Eve", external_id="u1"), said("Noa", external_id="u2"))

    def called(user: str, external_id: str, put: Callable[[Connection, str, scim.Kept], bool] = scim.save) -> None:
        kept = scim.Kept(user, scim.USER, user, external_id, "{}", 0, 0, 0)
        house.database.write(lambda t: put(t.connection, "hr", kept))

    called("u1", "oid-1", scim.add)
    await refused(house, visitor, "issuer-account-unknown", by(house, "u1"))
    called("u2", "oid-1", scim.add)
    await refused(house, visitor, "issuer-account-unknown", by(house, "oid-1"))
    called("u2", "oid-2")
    done = await signed_in_there(house, visitor, by(house, "oid-1"))  # type: ignore[arg-type]
    assert done.person.name == "Eve"
