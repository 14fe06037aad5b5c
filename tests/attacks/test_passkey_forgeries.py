"""Passkeys: phished, cloned, replayed, unverified, framed, swapped. Each refused, and journaled with its own word."""

from __future__ import annotations

import asyncio
import copy
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from tests.identity.conftest import ORIGIN, House

from limen.demo.software_passkey import SoftwarePasskey
from limen.identity.errors import CeremonyRefusedError, SignInFailedError, SlowedError
from limen.identity.guesses import PACES
from limen.identity.model import SignedIn, Visitor


async def refused(house: House, visitor: Visitor, answer: Any) -> str:
    """Try to sign in with this answer; the word that the journal got."""
    before = len(house.words("sign_in.failed"))
    with pytest.raises(SignInFailedError):
        await house.parts.sign_in.with_passkey(visitor, answer)
    after = house.words("sign_in.failed")
    assert len(after) == before + 1
    return after[-1]


async def answered(house: House, visitor: Visitor, passkey: SoftwarePasskey) -> dict[str, Any]:
    return passkey.get(await house.parts.sign_in.passkey_options(visitor))


@pytest.mark.parametrize(
    ("knobs", "word"),
    [
        ({"origin": "https://limen.harbor.example.evil.example"}, "origin"),
        ({"origin": "https://payroll.harbor.example"}, "origin"),
        ({"rp_id": "harbor.example"}, "relying-party"),
        ({"verifies_user": False}, "user-not-verified"),
        ({"user_present": False}, "user-not-present"),
        ({"cross_origin": True}, "cross-origin"),
    ],
)
async def test_a_signature_made_elsewhere_or_without_its_person_opens_nothing(
    house: House, visitor: Visitor, knobs: dict[str, Any], word: str
) -> None:
    honest = house.passkey()
    await house.administrator(honest, visitor)
    sessions = dict(house.known.sessions)
    thief = SoftwarePasskey(**{"origin": ORIGIN, "credentials": honest.credentials, **knobs})
    assert await refused(house, visitor, await answered(house, visitor, thief)) == word
    assert house.known.sessions == sessions


async def test_a_cloned_passkey_gives_itself_away(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    clone = copy.copy(passkey)
    clone.credentials = [replace(credential) for credential in passkey.credentials]
    await house.sign_in(passkey, visitor)
    await house.sign_in(passkey, visitor)
    assert await refused(house, visitor, await answered(house, visitor, clone)) == "counter-went-back"


async def test_a_stranger_without_the_key_makes_no_passkey_look_cloned(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    await house.sign_in(passkey, visitor)
    answer = await answered(house, visitor, passkey)
    data = bytearray(urlsafe_b64decode(answer["response"]["authenticatorData"] + "=="))
    data[33:37] = bytes(4)
    answer["response"]["authenticatorData"] = urlsafe_b64encode(bytes(data)).rstrip(b"=").decode()
    assert await refused(house, visitor, answer) == "signature"
    await house.sign_in(passkey, visitor)


async def test_an_answer_is_good_once_even_from_an_authenticator_without_a_counter(
    house: House, visitor: Visitor
) -> None:
    passkey = house.passkey(counts=0)
    await house.administrator(passkey, visitor)
    answer = await answered(house, visitor, passkey)
    await house.parts.sign_in.with_passkey(visitor, answer)
    assert await refused(house, visitor, answer) == "challenge-used"


async def test_of_many_uses_of_one_answer_at_once_one_wins(house: House, visitor: Visitor) -> None:
    passkey = house.passkey(counts=0)
    await house.administrator(passkey, visitor)
    answer = await answered(house, visitor, passkey)
    ended = await asyncio.gather(
        *(house.parts.sign_in.with_passkey(visitor, answer) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(each, SignedIn) for each in ended) == 1
    assert house.words("sign_in.failed") == ["challenge-used"] * 7


async def test_an_answer_taken_to_another_browser_is_worthless(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    answer = await answered(house, visitor, passkey)
    assert await refused(house, stranger, answer) == "challenge"


async def test_a_victim_is_not_signed_in_with_the_attackers_challenge(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    options = await house.parts.sign_in.passkey_options(stranger)
    assert await refused(house, visitor, passkey.get(options)) == "challenge"


async def test_a_challenge_is_over_after_five_minutes(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    answer = await answered(house, visitor, passkey)
    house.clock.forward(5 * 60_000)
    assert await refused(house, visitor, answer) == "challenge"


async def test_a_million_challenges_fill_nothing(house: House, visitor: Visitor) -> None:
    from limen.identity.store import tables

    for _ in range(1_000):
        await house.parts.sign_in.passkey_options(visitor)
    kept = house.database.read(lambda s: s.connection.execute(tables.spent_challenges.select()).all())
    assert kept == []


async def test_anothers_user_handle_or_a_swapped_signature_is_noticed(house: House, visitor: Visitor) -> None:
    adas, bens = house.passkey(), house.passkey()
    await house.administrator(adas, visitor)
    await house.enrol(await house.invited(), bens, visitor)
    options = await house.parts.sign_in.passkey_options(visitor)
    ada, ben = adas.get(options), bens.get(options)
    handle = ada | {"response": ada["response"] | {"userHandle": ben["response"]["userHandle"]}}
    assert await refused(house, visitor, handle) == "user-handle"
    signature = ada | {"response": ada["response"] | {"signature": ben["response"]["signature"]}}
    assert await refused(house, visitor, signature) == "signature"
    swapped = ben | {"id": ada["id"], "rawId": ada["rawId"]}
    assert await refused(house, visitor, swapped) in {"user-handle", "signature"}


async def test_a_removed_passkey_opens_nothing(house: House, visitor: Visitor) -> None:
    first, second = house.passkey(), house.passkey()
    ada = await house.administrator(first, visitor)
    options = await house.parts.factors.passkey_options(ada.session, visitor)
    added = await house.parts.factors.add_passkey(ada.session, visitor, second.create(options))
    await house.parts.factors.remove_passkey(ada.session, added.id)
    assert await refused(house, visitor, await answered(house, visitor, second)) == "passkey-unknown"


async def test_a_registration_is_not_taken_for_a_sign_in_nor_the_other_way_round(
    house: House, visitor: Visitor
) -> None:
    passkey = house.passkey()
    ada = await house.administrator(passkey, visitor)
    creating = await house.parts.factors.passkey_options(ada.session, visitor)
    asked = await house.parts.sign_in.passkey_options(visitor)
    assert await refused(house, visitor, passkey.get(asked | {"challenge": creating["challenge"]})) == "challenge"
    forged = house.passkey().create(creating | {"challenge": asked["challenge"]})
    with pytest.raises(CeremonyRefusedError):
        await house.parts.factors.add_passkey(ada.session, visitor, forged)


async def test_somebody_elses_credential_id_is_not_enrolled_again(house: House, visitor: Visitor) -> None:
    adas = house.passkey()
    await house.administrator(adas, visitor)
    link = await house.invited()
    token = link.token.reveal()
    options = await house.parts.enrolment.passkey_options(token, visitor)
    thief = house.passkey()
    answer = thief.create(options)
    taken = adas.credentials[0].id
    raw = urlsafe_b64decode(answer["response"]["attestationObject"] + "==")
    raw = raw.replace(thief.credentials[0].id, taken)
    public = urlsafe_b64encode(taken).rstrip(b"=").decode()
    answer |= {"id": public, "rawId": public}
    answer["response"]["attestationObject"] = urlsafe_b64encode(raw).rstrip(b"=").decode()
    with pytest.raises(CeremonyRefusedError):
        await house.parts.enrolment.with_passkey(token, visitor, answer)
    assert not house.known.people[link.link.person_id].active
    await house.sign_in(adas, visitor)


async def test_a_flood_of_forgeries_is_slowed_before_it_floods_the_journal(house: House, visitor: Visitor) -> None:
    for _ in range(PACES["passkey"].free + 1):
        assert await refused(house, visitor, {"rawId": "AAAA"}) == "passkey-unknown"
    with pytest.raises(SlowedError):
        await house.parts.sign_in.with_passkey(visitor, {"rawId": "AAAA"})
