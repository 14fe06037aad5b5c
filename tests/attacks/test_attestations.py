"""Keys that lie about what they are: none of them ever counts as a model that a policy asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.identity.attested_key import MODEL, OTHER, AttestedKey, Maker, saying
from tests.identity.conftest import ORIGIN, House
from tests.policy.scene import BERLIN, tree_of

from limen.demo.software_passkey import SoftwarePasskey
from limen.identity import services
from limen.identity.attestation import Attestation
from limen.identity.errors import CeremonyRefusedError
from limen.identity.model import SignedIn, Visitor
from limen.policy import Engine
from limen.policy.decision import Request

ENGINE = Engine(
    tree_of(
        '@id("company-key") permit (principal, action == Action::"view", resource) '
        f'when {{ context.session.authenticator == "{MODEL}" }};'
    ),
    "r1",
    BERLIN,
)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
async def trusting(house: House, maker: Maker) -> House:
    ports = replace(house.ports, attestation=Attestation("direct", (maker.root,)))
    house.ports, house.parts = ports, await services.build(ports, house.parts.passwords)
    return house


def opens(house: House, signed_in: SignedIn) -> bool:
    facts = house.known.facts(house.known.sessions[signed_in.session.id], house.known.apps["payroll"], "")
    return ENGINE.decide(Request("view"), facts, house.clock.now()).is_permit


async def enrolled(house: House, key: Any, visitor: Visitor) -> SignedIn:
    return await house.enrol(await house.invited(), key, visitor)


async def test_a_key_of_the_companys_model_is_what_opens(trusting: House, maker: Maker, visitor: Visitor) -> None:
    assert opens(trusting, await enrolled(trusting, AttestedKey.of(ORIGIN, maker), visitor))


async def test_an_aaguid_that_nobody_attests_opens_nothing(trusting: House, visitor: Visitor) -> None:
    class Liar(SoftwarePasskey):
        def create(self, options: dict[str, Any]) -> dict[str, Any]:
            return saying(super().create(options), MODEL)

    liar = await enrolled(trusting, Liar(origin=ORIGIN), visitor)
    (held,) = (await trusting.parts.factors.of_person(liar.person.id)).passkeys
    assert held.aaguid == MODEL
    assert not opens(trusting, liar)


async def test_a_makers_own_certificate_for_another_model_is_refused(
    trusting: House, maker: Maker, visitor: Visitor
) -> None:
    link = await trusting.invited()
    with pytest.raises(CeremonyRefusedError):
        await trusting.enrol(link, AttestedKey.of(ORIGIN, maker, model=OTHER), visitor)  # type: ignore[arg-type]
    assert trusting.words("link.refused") == ["attestation"]


async def test_a_signature_that_is_forged_is_refused(trusting: House, maker: Maker, visitor: Visitor) -> None:
    link = await trusting.invited()
    with pytest.raises(CeremonyRefusedError):
        await trusting.enrol(link, AttestedKey.of(ORIGIN, maker, forges=True), visitor)  # type: ignore[arg-type]
    assert len(trusting.words("link.refused")) == 1


async def test_a_root_of_somebody_elses_opens_nothing(trusting: House, visitor: Visitor) -> None:
    assert not opens(trusting, await enrolled(trusting, AttestedKey.of(ORIGIN, Maker()), visitor))


UNFIT: dict[str, dict[str, Any]] = {
    "another unit": {"unit": "Marketing"},
    "an authority's": {"is_authority": True},
    "one that names no model": {"names_model": False},
}


@pytest.mark.parametrize("shape", UNFIT)
async def test_a_certificate_that_is_not_for_attesting_is_refused(
    trusting: House, maker: Maker, visitor: Visitor, shape: str
) -> None:
    link = await trusting.invited()
    with pytest.raises(CeremonyRefusedError):
        await trusting.enrol(link, AttestedKey.of(ORIGIN, maker, **UNFIT[shape]), visitor)  # type: ignore[arg-type]


async def test_a_certificate_that_has_run_out_attests_nothing(trusting: House, maker: Maker, visitor: Visitor) -> None:
    assert not opens(trusting, await enrolled(trusting, AttestedKey.of(ORIGIN, maker, days=30), visitor))


async def test_a_certificate_that_names_the_model_as_critical_attests_nothing(
    trusting: House, maker: Maker, visitor: Visitor
) -> None:
    assert not opens(trusting, await enrolled(trusting, AttestedKey.of(ORIGIN, maker, critical=True), visitor))


async def test_a_chain_of_junk_or_of_many_attests_nothing(trusting: House, maker: Maker, visitor: Visitor) -> None:
    key = AttestedKey.of(ORIGIN, maker)
    key.chain = (*key.chain, *[key.chain[0]] * 5)
    assert not opens(trusting, await enrolled(trusting, key, visitor))


async def test_without_the_key_a_session_of_the_same_person_opens_nothing(
    trusting: House, maker: Maker, visitor: Visitor
) -> None:
    ben = await enrolled(trusting, AttestedKey.of(ORIGIN, maker), visitor)
    other = trusting.passkey()
    options = await trusting.parts.factors.passkey_options(ben.session, visitor)
    await trusting.parts.factors.add_passkey(ben.session, visitor, other.create(options))
    assert opens(trusting, ben)
    assert not opens(trusting, await trusting.sign_in(other, visitor))
