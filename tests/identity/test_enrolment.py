"""Enrolment: from a link to a factor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.identity.conftest import PASSWORD, House
from tests.identity.test_issuer_accounts import THERE, vouched

from limen.facts import Factor
from limen.identity.errors import (
    CeremonyRefusedError,
    IssuerAccountTakenError,
    LinkRefusedError,
    NotPermittedError,
    UnfitError,
)
from limen.identity.model import SignedIn, Visitor
from limen.identity.ports import Ports
from limen.policy.decision import Effect
from limen.storage.database import Transaction


async def test_the_first_administrator_chooses_a_name_and_is_one(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    person = house.known.people[ada.person.id]
    assert (person.name, person.email, person.groups) == (
        "Ada Harbor",
        "ada@harbor.example",
        {"administrators", "staff"},
    )
    assert person.active
    assert ada.session.auth.factors == {Factor.PASSKEY}
    assert [event.kind for event in house.events()] == [
        "link.issued",
        "person.enrolled",
        "factor.added",
        "sign_in.succeeded",
    ]


async def test_a_link_works_once(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    await house.enrol(link, house.passkey(), visitor)
    with pytest.raises(LinkRefusedError):
        await house.enrol(link, house.passkey(), visitor)


async def test_of_two_who_use_one_link_at_once_one_wins(
    house: House, visitor: Visitor, stranger: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found the link good before either spends it, however busy the machine is."""
    link = await house.invited()
    token = link.token.reveal()
    answers = []
    for who in (visitor, stranger):
        passkey = house.passkey()
        answers.append((who, passkey.create(await house.parts.enrolment.passkey_options(token, who))))
    both, write = asyncio.Barrier(2), Ports.write

    async def at_once(ports: Ports, work: Callable[[Transaction], object]) -> object:
        async with asyncio.timeout(60):
            await both.wait()
        return await write(ports, work)

    monkeypatch.setattr(Ports, "write", at_once)
    ended = await asyncio.gather(
        *(house.parts.enrolment.with_passkey(token, who, answer) for who, answer in answers), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in ended) == ["LinkRefusedError", "SignedIn"]
    held = await house.parts.factors.of_person(link.link.person_id)
    assert len(held.passkeys) == 1
    assert house.words("link.refused") == ["used-meanwhile"]


async def test_the_passkey_is_kept_with_what_is_known_of_it(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(is_synced=True), visitor)
    (passkey,) = (await house.parts.factors.of_person(ada.person.id)).passkeys
    assert passkey.user_verified
    assert passkey.backed_up
    assert passkey.device_type == "multi_device"
    assert passkey.transports == ("internal",)
    assert passkey.name == "Firefox, 2026-11-24"


async def test_a_password_comes_with_a_code_and_its_seed_is_sealed(house: House, visitor: Visitor) -> None:
    from limen.identity.store import factors, tables

    signed_in, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    assert signed_in.session.auth.strength == 2
    kept = house.database.read(lambda s: s.connection.execute(tables.codes.select()).mappings().one())
    assert seed.encode() not in kept["seed"]
    hashed = house.database.read(lambda s: factors.way_in(s.connection, signed_in.person.email, b"").password)
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in repr(house.events())


async def test_a_wrong_code_or_another_browsers_ticket_enrols_nobody(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    token = (await house.invited()).token.reveal()
    offer = await house.parts.enrolment.code_offer(token, visitor)
    code = house.code(offer.seed.replace(" ", ""))
    for who, typed in ((visitor, "000000"), (stranger, code)):
        with pytest.raises(UnfitError) as refused:
            await house.parts.enrolment.with_password(token, who, PASSWORD, typed, offer.ticket)
        assert refused.value.field == "code"
    assert not house.known.people[next(iter(house.known.people))].active
    assert isinstance(await house.parts.enrolment.with_password(token, visitor, PASSWORD, code, offer.ticket), SignedIn)


async def test_the_code_that_enrolled_does_not_sign_in_again(house: House, visitor: Visitor) -> None:
    from limen.identity.errors import SignInFailedError

    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    with pytest.raises(SignInFailedError):
        await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))


async def test_a_guessable_password_is_refused_and_spends_nothing(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    with pytest.raises(UnfitError):
        await house.enrol_with_password(link, visitor, "harbor-ben-2026")
    await house.enrol_with_password(link, visitor, PASSWORD)


async def test_who_may_not_sign_in_is_enrolled_all_the_same(house: House, visitor: Visitor) -> None:
    house.effect[0] = Effect.DENY
    link = await house.invited()
    with pytest.raises(NotPermittedError):
        await house.enrol(link, house.passkey(), visitor)
    assert house.known.people[link.link.person_id].active
    assert not house.known.sessions


async def test_a_passkey_without_user_verification_is_not_taken(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    with pytest.raises(CeremonyRefusedError):
        await house.enrol(link, house.passkey(verifies_user=False), visitor)
    assert house.words("link.refused") == ["user-not-verified"]
    await house.enrol(link, house.passkey(), visitor)


async def test_one_browsers_options_are_no_good_in_another(house: House, visitor: Visitor, stranger: Visitor) -> None:
    token = (await house.invited()).token.reveal()
    options = await house.parts.enrolment.passkey_options(token, visitor)
    with pytest.raises(CeremonyRefusedError):
        await house.parts.enrolment.with_passkey(token, stranger, house.passkey().create(options))
    with pytest.raises(CeremonyRefusedError):
        await house.parts.enrolment.passkey_options(token, replace(visitor, browser=""))


async def test_an_address_that_somebody_has_is_not_taken_twice(house: House, visitor: Visitor) -> None:
    await house.invited(email="ada@harbor.example")
    with pytest.raises(UnfitError) as refused:
        await house.administrator(house.passkey(), visitor)
    assert refused.value.field == "email"
    assert not any(person.active for person in house.known.people.values())


async def test_an_offer_is_made_again_from_its_ticket_for_the_same_browser_and_link_only(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    token = (await house.invited()).token.reveal()
    other = (await house.invited(email="cleo@harbor.example")).token.reveal()
    first = await house.parts.enrolment.code_offer(token, visitor)
    again = await house.parts.enrolment.code_offer(token, visitor, first.ticket)
    assert (again.seed, again.ticket, again.uri) == (first.seed, first.ticket, first.uri)
    for link, who, ticket in ((other, visitor, first.ticket), (token, stranger, first.ticket), (token, visitor, "x")):
        fresh = await house.parts.enrolment.code_offer(link, who, ticket)
        assert fresh.seed != first.seed
        assert fresh.ticket != ticket


async def test_an_invitation_is_spent_with_an_account_elsewhere(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    house.known.issuers = {THERE.id: THERE}
    done = await house.parts.enrolment.with_issuer(link.token.reveal(), visitor, vouched(house))
    assert (done.person.id, done.session.auth.strength) == (link.link.person_id, 2)
    assert [one.subject for one in await house.parts.issuer_accounts.of_person(done.person.id)] == ["ben-there"]
    assert await house.parts.issuer_accounts.sessions_of(done.person.id) == {done.session.id: THERE.url}
    assert [event.details for event in house.events("factor.added")] == [{"factor": "issuer", "issuer": "there"}]
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.with_issuer(link.token.reveal(), visitor, vouched(house))


async def test_only_an_invitation_and_only_with_an_account_that_is_nobodys(house: House, visitor: Visitor) -> None:
    first = await house.first()
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.with_issuer(first.token.reveal(), visitor, vouched(house))
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    passed = await house.parts.people.access_pass(ben.person.id, by="", why="lost")
    with pytest.raises(LinkRefusedError):
        await house.parts.enrolment.with_issuer(passed.token.reveal(), visitor, vouched(house))
    await house.parts.issuer_accounts.link(ben.session, vouched(house))
    other = await house.invited("Cy", "cy@harbor.example")
    with pytest.raises(IssuerAccountTakenError):
        await house.parts.enrolment.with_issuer(other.token.reveal(), visitor, vouched(house))
    assert await house.enrol(other, house.passkey(), visitor)  # the link is good still
