"""What is asked to be proved, and what is stated of it. What is never stated: `tests/attacks/test_entra.py`."""

from __future__ import annotations

import json

import pytest

from limen.clock import SECOND
from limen.facts import Auth, Factor
from limen.sso.entra.proof import FRESH_SECONDS, Wanted, WrongClaimsError, is_fresh, rests_on_issuer, stated, wanted

PASSKEY = Auth(3, frozenset({Factor.PASSKEY}), at=1)


def test_what_is_asked_for_is_read() -> None:
    acr = {"essential": True, "values": ["possessionorinherence"]}
    text = json.dumps({"id_token": {"acr": acr, "amr": {"values": ["fido", "otp"]}, "other": None}, "userinfo": {}})
    assert wanted(text) == Wanted(("possessionorinherence",), ("fido", "otp"))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"id_token":{}}', '{"id_token":{"acr":{"values":[1]}}}'])
def test_what_asks_for_nothing_is_refused(text: str) -> None:
    with pytest.raises(WrongClaimsError):
        wanted(text)


@pytest.mark.parametrize(
    ("acr", "said"),
    [
        (("possession",), "possession"),
        (("possessionorinherence",), "possessionorinherence"),
        (("knowledgeorpossession",), "knowledgeorpossession"),
        (("knowledgeorpossessionorinherence",), "knowledgeorpossessionorinherence"),
        (("inherence", "possession"), "possession"),
        (("inherence",), ""),
    ],
)
def test_the_context_is_one_that_was_asked_for_and_something_held_meets(acr: tuple[str, ...], said: str) -> None:
    assert stated(PASSKEY, Wanted(acr, ("fido",)))[0] == said
    assert Wanted(acr, ("fido",)).is_possible is bool(said)


def test_the_strongest_method_that_was_asked_for_is_stated() -> None:
    both = Auth(3, frozenset({Factor.PASSKEY, Factor.PASSWORD, Factor.CODE}), at=1)
    assert stated(both, Wanted(("possession",), ("otp", "fido"))) == ("possession", "fido")
    assert stated(both, Wanted(("possession",), ("otp",))) == ("possession", "otp")
    assert stated(both, Wanted(("possession",), ("sms",))) == ("", "")


def test_a_proof_is_fresh_for_the_request_that_it_was_given_for() -> None:
    asked = 1_000 * SECOND
    assert is_fresh(Auth(3, at=asked - FRESH_SECONDS * SECOND), asked)
    assert is_fresh(Auth(3, at=asked + 1), asked)
    assert not is_fresh(Auth(3, at=asked - FRESH_SECONDS * SECOND - 1), asked)
    assert not is_fresh(Auth(), asked)


def test_a_session_rests_on_an_issuer_where_its_own_factors_are_no_stronger() -> None:
    assert rests_on_issuer(Auth(2, frozenset({Factor.ISSUER_TWO_FACTORS})))
    assert rests_on_issuer(Auth(3, frozenset({Factor.ISSUER_PHISHING_RESISTANT, Factor.PASSKEY})))
    assert not rests_on_issuer(Auth(3, frozenset({Factor.ISSUER_TWO_FACTORS, Factor.PASSKEY})))
    assert not rests_on_issuer(Auth(1, frozenset({Factor.ISSUER})))
    assert not rests_on_issuer(PASSKEY)
