"""Both ceremonies, without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.challenges import Challenges
from limen.demo.software_passkey import SoftwarePasskey
from limen.facts import Person
from limen.identity.model import Passkey, Visitor
from limen.identity.passkeys import Ceremonies, Refusal, RelyingParty, credential_id_of, default_name

NOW = 1_800_000_000_000
ORIGIN = "https://limen.harbor.example"
ADA = Person(id="p_ada", name="Ada", email="ada@harbor.example", active=True)
HERE = Visitor("192.0.2.1", "Firefox", "this browser")
OURS = Ceremonies(RelyingParty("limen.harbor.example", ORIGIN, "Harbor"), Challenges(b"k" * 32))


def enrolled(authenticator: SoftwarePasskey) -> Passkey:
    options = OURS.creation_options(ADA, [], HERE, "l_1", NOW)
    return OURS.enrolled(authenticator.create(options), ADA.id, HERE, "l_1", "Key", NOW).passkey


def test_the_options_ask_for_a_discoverable_verified_key_of_this_host_only() -> None:
    options = OURS.creation_options(ADA, [], HERE, "l_1", NOW)
    assert options["rp"] == {"id": "limen.harbor.example", "name": "Harbor"}
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["attestation"] == "none"
    assert OURS.request_options(HERE, "", NOW)["userVerification"] == "required"
    assert OURS.request_options(HERE, "", NOW)["allowCredentials"] == []


def test_what_the_person_has_already_is_excluded() -> None:
    passkey = enrolled(SoftwarePasskey(ORIGIN))
    (excluded,) = OURS.creation_options(ADA, [passkey], HERE, "l_1", NOW)["excludeCredentials"]
    assert excluded["type"] == "public-key"
    assert excluded["transports"] == ["internal"]


def test_a_whole_ceremony_holds() -> None:
    authenticator = SoftwarePasskey(ORIGIN)
    passkey = enrolled(authenticator)
    answer = authenticator.get(OURS.request_options(HERE, "", NOW))
    assert credential_id_of(answer) == passkey.credential_id
    assertion = OURS.asserted(answer, passkey, "", HERE, "", NOW)
    assert assertion.passkey.sign_count == 1
    assert len(assertion.challenge_hash) == 32


@pytest.mark.parametrize(
    ("knobs", "word"),
    [
        ({"origin": "https://limen.harbor.example.evil.example"}, "origin"),
        ({"origin": "http://limen.harbor.example"}, "origin"),
        ({"origin": "https://limen.harbor.example:8443"}, "origin"),
        ({"rp_id": "harbor.example"}, "relying-party"),
        ({"verifies_user": False}, "user-not-verified"),
        ({"user_present": False}, "user-not-present"),
        ({"cross_origin": True}, "cross-origin"),
    ],
)
def test_each_thing_that_is_wrong_has_its_word_on_both_ceremonies(knobs: dict[str, Any], word: str) -> None:
    honest = SoftwarePasskey(ORIGIN)
    passkey = enrolled(honest)
    wrong = SoftwarePasskey(**{"origin": ORIGIN, "credentials": honest.credentials, **knobs})
    with pytest.raises(Refusal) as refused:
        OURS.asserted(wrong.get(OURS.request_options(HERE, "", NOW)), passkey, "", HERE, "", NOW)
    assert refused.value.word == word
    with pytest.raises(Refusal) as refused:
        enrolled(SoftwarePasskey(**{"origin": ORIGIN, **knobs}))
    assert refused.value.word == word


def test_an_assertion_is_of_its_person_browser_subject_and_time() -> None:
    authenticator = SoftwarePasskey(ORIGIN)
    passkey = enrolled(authenticator)
    answer = authenticator.get(OURS.request_options(HERE, "s_1", NOW))
    for who, person_id, visitor, subject, now in (
        (None, "", HERE, "s_1", NOW),
        (passkey, "p_ben", HERE, "s_1", NOW),
        (passkey, "", replace(HERE, browser="another"), "s_1", NOW),
        (passkey, "", HERE, "s_2", NOW),
        (passkey, "", HERE, "s_1", NOW + 300_000),
        (replace(passkey, person_id="p_ben"), "", HERE, "s_1", NOW),
        (replace(passkey, device_type="multi_device"), "", HERE, "s_1", NOW),
    ):
        with pytest.raises(Refusal):
            OURS.asserted(answer, who, person_id, visitor, subject, now)
    OURS.asserted(answer, passkey, ADA.id, HERE, "s_1", NOW)


@pytest.mark.parametrize(
    "credential",
    [
        {},
        [],
        None,
        {"rawId": 5},
        {"rawId": "é"},
        {"rawId": "AA", "response": []},
        {"rawId": "AA", "response": {"clientDataJSON": "AA"}},
        {"rawId": "AA", "response": {"clientDataJSON": "W10"}},
        {"rawId": "AA", "x": "y" * 100_000},
        {"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "////"}},
    ],
)
def test_whatever_a_stranger_sends_is_refused_and_nothing_breaks(credential: Any) -> None:
    passkey = enrolled(SoftwarePasskey(ORIGIN))
    with pytest.raises(Refusal):
        OURS.enrolled(credential, ADA.id, HERE, "l_1", "Key", NOW)
    with pytest.raises(Refusal):
        OURS.asserted(credential, passkey, "", HERE, "", NOW)


def test_every_part_of_an_answer_may_be_missing_or_of_another_type() -> None:
    authenticator = SoftwarePasskey(ORIGIN)
    passkey = enrolled(authenticator)
    answer = authenticator.get(OURS.request_options(HERE, "", NOW))
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for wrong in (5, [], {}, "AAAA", ""):
            forged = answer | {"response": answer["response"] | {part: wrong}}
            with pytest.raises(Refusal):
                OURS.asserted(forged, passkey, "", HERE, "", NOW)


def test_transports_from_outside_are_only_the_standards_words() -> None:
    authenticator = SoftwarePasskey(ORIGIN)
    for given, kept in (([5, "usb", "<script>"], ("usb",)), ("usb", ()), (7, ()), (None, ())):
        answer = authenticator.create(OURS.creation_options(ADA, [], HERE, "l_1", NOW))
        answer["response"]["transports"] = given
        assert OURS.enrolled(answer, ADA.id, HERE, "l_1", "Key", NOW).passkey.transports == kept


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11) Gecko/20100101 Firefox/150.0", "Firefox, 2026-11-24"),
        ("Mozilla/5.0 AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0", "Edge, 2026-11-24"),
        ("Mozilla/5.0 AppleWebKit/537.36 Chrome/150.0 Safari/537.36", "Chrome, 2026-11-24"),
        ("curl/8", "Passkey, 2026-11-24"),
    ],
)
def test_a_passkey_is_named_after_its_browser_until_somebody_names_it(user_agent: str, name: str) -> None:
    assert default_name(user_agent, "2026-11-24") == name
