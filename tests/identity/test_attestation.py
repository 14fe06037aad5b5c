"""What a maker attests is kept, told to policies, and forgotten with the root it rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select
from tests.identity.attested_key import MODEL, AttestedKey, Maker
from tests.identity.conftest import ORIGIN, House

from limen.errors import LimenError
from limen.facts import Session
from limen.identity import services
from limen.identity.attestation import Attestation, TrustedRoot, read_roots
from limen.identity.model import Visitor
from limen.identity.store.tables import attestations


async def trusting(house: House, *roots: TrustedRoot, conveyance: Literal["none", "direct"] = "direct") -> House:
    ports = replace(house.ports, attestation=Attestation(conveyance, roots))
    house.ports, house.parts = ports, await services.build(ports, house.parts.passwords)
    return house


def model_of(house: House, session: Session) -> object:
    facts = house.known.facts(house.known.sessions[session.id], house.known.apps["payroll"], "")
    return dict(facts.more).get("session.authenticator")


async def test_an_attested_model_is_known_of_what_its_key_signed_in(house: House, visitor: Visitor) -> None:
    maker = Maker()
    await trusting(house, maker.root)
    key = AttestedKey.of(ORIGIN, maker)
    ben = await house.enrol(await house.invited(), key, visitor)  # type: ignore[arg-type]
    assert model_of(house, ben.session) == MODEL
    (held,) = (await house.parts.factors.of_person(ben.person.id)).passkeys
    assert (held.aaguid, held.attested_root) == (MODEL, maker.root.fingerprint)
    again = await house.sign_in(key, visitor)  # type: ignore[arg-type]
    assert model_of(house, again.session) == MODEL
    token = await house.parts.sessions.open_app_session(again.session.id, "payroll", "", "")
    (app_session,) = [one for one in house.known.sessions.values() if one.app == "payroll"]
    assert token
    assert dict(house.known.facts(app_session, house.known.apps["payroll"], "").more) == {
        "session.authenticator": MODEL
    }


async def test_another_key_that_confirms_later_takes_it_away(house: House, visitor: Visitor) -> None:
    maker = Maker()
    await trusting(house, maker.root)
    key, other = AttestedKey.of(ORIGIN, maker), house.passkey()
    ben = await house.enrol(await house.invited(), key, visitor)  # type: ignore[arg-type]
    options = await house.parts.factors.passkey_options(ben.session, visitor)
    await house.parts.factors.add_passkey(ben.session, visitor, other.create(options))
    assert model_of(house, ben.session) == MODEL
    asked = await house.parts.step_up.passkey_options(ben.session, visitor)
    await house.parts.step_up.with_passkey(ben.session, visitor, other.get(asked))
    assert model_of(house, ben.session) is None


async def test_the_statement_is_kept_and_goes_with_the_passkey(house: House, visitor: Visitor) -> None:
    maker = Maker()
    await trusting(house, maker.root)
    ben = await house.enrol(await house.invited(), AttestedKey.of(ORIGIN, maker), visitor)  # type: ignore[arg-type]
    options = await house.parts.factors.passkey_options(ben.session, visitor)
    await house.parts.factors.add_passkey(ben.session, visitor, house.passkey().create(options))

    def kept() -> list[str]:
        return list(house.database.read(lambda s: s.connection.scalars(select(attestations.c.passkey_id)).all()))

    held = (await house.parts.factors.of_person(ben.person.id)).passkeys
    plain, attested = sorted(held, key=lambda one: one.attested_root)
    assert kept() == [attested.id]
    assert plain.attested_root == ""
    await house.parts.factors.remove_passkey(ben.session, attested.id)
    assert kept() == []


async def test_a_root_that_is_trusted_no_longer_attests_nothing_after_a_restart(house: House, visitor: Visitor) -> None:
    maker, other = Maker(), Maker()
    await trusting(house, maker.root, other.root)
    ben = await house.enrol(await house.invited(), AttestedKey.of(ORIGIN, maker), visitor)  # type: ignore[arg-type]
    await trusting(house, maker.root)
    assert model_of(house, ben.session) == MODEL
    await trusting(house, other.root)
    await house.feed.settled(house.database.write(lambda transaction: transaction.changed("session", ben.session.id)))
    assert model_of(house, ben.session) is None
    (held,) = (await house.parts.factors.of_person(ben.person.id)).passkeys
    assert (held.attested_root, held.aaguid) == ("", MODEL)


@pytest.mark.parametrize("conveyance", ["none", "direct"])
async def test_browsers_are_asked_as_the_settings_say(
    house: House, visitor: Visitor, conveyance: Literal["none", "direct"]
) -> None:
    maker = Maker()
    await trusting(house, maker.root, conveyance=conveyance)
    link = await house.invited()
    options = await house.parts.enrolment.passkey_options(link.token.reveal(), visitor)
    assert options["attestation"] == conveyance
    ben = await house.enrol(link, AttestedKey.of(ORIGIN, maker), visitor)  # type: ignore[arg-type]
    assert (model_of(house, ben.session) == MODEL) is (conveyance == "direct")


def test_roots_are_read_from_one_file(tmp_path: Path) -> None:
    one, other = Maker().root, Maker().root
    file = tmp_path / "roots.pem"
    file.write_bytes(b"# Harbor Keys\n" + one.pem + b"\n" + other.pem)
    assert [root.fingerprint for root in read_roots(file)] == [one.fingerprint, other.fingerprint]
    for text in (b"", b"no certificate", one.pem.replace(b"MII", b"AAA", 1)):
        file.write_bytes(text)
        with pytest.raises(LimenError):
            read_roots(file)
    with pytest.raises(LimenError):
        read_roots(tmp_path / "missing")
