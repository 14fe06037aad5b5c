"""Reading what Entra ID sends. What is refused: `tests/attacks/test_entra.py`."""

from __future__ import annotations

import json

import pytest
from tests.sso.entra.tenant import CLIENT, TENANT

from limen.facts import App, Upstream
from limen.facts.entra_tenant import EntraTenant
from limen.sso.entra.proof import Wanted
from limen.sso.entra.requests import FactorRequest, WrongRequestError, read

APP = App("m", "Microsoft 365", "", Upstream(""), entra=EntraTenant(TENANT, CLIENT))
APPS = {"wiki": App("wiki", "Wiki", "w", Upstream("")), "m": APP}
CLAIMS = {"id_token": {"acr": {"values": ["possession"]}, "amr": {"values": ["fido"]}}}
FORM = {
    "scope": ["openid"],
    "response_type": ["id_token"],
    "response_mode": ["form_post"],
    "client_id": [CLIENT],
    "redirect_uri": ["https://login.microsoftonline.com/common/federation/externalauthprovider"],
    "nonce": ["n"],
    "state": ["s"],
    "id_token_hint": ["hint"],
    "claims": [json.dumps(CLAIMS)],
    "client-request-id": ["5b0ecb60-57ab-4a6c-b0a4-3b0d5e9ce2f5"],
}


def test_a_good_one_is_read_and_what_the_contract_does_not_name_is_not() -> None:
    asked = read({**FORM, "prompt": ["none"], "ui_locales": ["de", "en"]}, APPS)
    assert (asked.app, asked.nonce, asked.state, asked.hint) == (APP, "n", "s", "hint")
    assert asked.wanted == Wanted(("possession",), ("fido",))
    assert asked.request_id == "5b0ecb60-57ab-4a6c-b0a4-3b0d5e9ce2f5"


def test_what_is_no_id_is_not_kept_for_the_journal() -> None:
    assert read({**FORM, "client-request-id": ["<b>\n"]}, APPS).request_id == ""


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "nonce", "state", "claims", "id_token_hint", "scope"])
def test_a_field_that_comes_twice_could_mean_either(name: str) -> None:
    with pytest.raises(WrongRequestError) as refused:
        read({**FORM, name: FORM[name] * 2}, APPS)
    assert refused.value.word == "field-twice"


def test_an_app_that_is_registered_for_nothing_is_not_found_by_nothing() -> None:
    with pytest.raises(WrongRequestError) as refused:
        read({**FORM, "client_id": [""]}, APPS)
    assert refused.value.word == "client-unknown"


def test_each_request_has_a_name_of_its_own() -> None:
    one = FactorRequest(APP, "n", "s", Wanted((), ()), {"iat": 1, "sub": "x"}, at=0)
    others = [
        FactorRequest(APP, "n", "t", one.wanted, one.claims, 0),
        FactorRequest(APP, "ns", "", one.wanted, one.claims, 0),
    ]
    assert len({one.name, *(other.name for other in others)}) == 3
    assert one.subject == "x"
