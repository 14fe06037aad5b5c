"""`oidc:` in apps.yaml: what is refused, and where."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey
from pydantic import ValidationError

from limen.company.oidc_section import OidcSection, client_of, complaints
from limen.sso.oidc.public_keys import kept

KEY = ECKey.generate_key("P-256")
PUBLIC, PRIVATE = KEY.as_dict(private=False), KEY.as_dict(private=True)
GOOD = "https://a.harbor.example/back"


def section(**said: Any) -> OidcSection:
    return OidcSection.model_validate({"redirect_uris": [GOOD], **said})


def test_a_good_one_becomes_a_registration() -> None:
    made = section(client="public", subject="pairwise", consent="once", groups={"b": "B", "a": "A"})
    client = client_of(made)
    assert [client_of(section(**said)).needs_pkce for said in ({}, {"pkce": "optional"})] == [True, False]
    assert (client.is_public, client.is_pairwise, client.is_foreign) == (True, True, True)
    assert client.groups == (("a", "A"), ("b", "B"))
    assert list(complaints(made)) == []


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"redirect_uris": ["http://a.harbor.example/back"]}, ("redirect_uris", 0)),
        ({"redirect_uris": [GOOD, "https://*.harbor.example/"]}, ("redirect_uris", 1)),
        ({"redirect_uris": ["https://a.harbor.example/#x"]}, ("redirect_uris", 0)),
        ({"redirect_uris": ["https://me@a.harbor.example/"]}, ("redirect_uris", 0)),
        ({"redirect_uris": ["javascript:alert(1)"], "client": "public"}, ("redirect_uris", 0)),
        ({"redirect_uris": ["example.app:/back"]}, ("redirect_uris", 0)),
        ({"redirect_uris": ["http://[::1"]}, ("redirect_uris", 0)),
        ({"redirect_uris": ["no address"]}, ("redirect_uris", 0)),
        ({"post_logout_uris": ["http://a.example/"]}, ("post_logout_uris", 0)),
        ({"backchannel_logout_uri": "http://a.example/out"}, ("backchannel_logout_uri",)),
        ({"backchannel_logout_uri": "https://169.254.169.254/out"}, ("backchannel_logout_uri",)),
        ({"scopes": ["email"]}, ("scopes",)),
        ({"redirect_uris": []}, ("redirect_uris",)),
        ({"keys": [PUBLIC], "client": "public"}, ("keys",)),
        ({"keys": [PUBLIC, PRIVATE]}, ("keys", 1)),
        ({"keys": [{"kty": "oct", "k": "AAAA"}]}, ("keys", 0)),
        ({"keys": [PUBLIC, {**PUBLIC, "kid": "again"}]}, ("keys", 1)),
        ({"client": "public", "pkce": "optional"}, ("pkce",)),
    ],
)
def test_what_can_not_be_meant_is_named_where_it_stands(said: dict[str, Any], where: tuple[str | int, ...]) -> None:
    assert [path for path, _, _ in complaints(section(**said))] == [where]


@pytest.mark.parametrize("uri", ["http://127.0.0.1/back", "http://localhost:8080/back", "example.harbor.app:/back"])
def test_a_program_on_a_laptop_may_use_its_own_machine_or_scheme(uri: str) -> None:
    assert list(complaints(section(redirect_uris=[uri], client="public"))) == []


def test_a_device_without_a_browser_comes_back_to_no_address() -> None:
    made = section(redirect_uris=[], client="public", device=True)
    assert (list(complaints(made)), client_of(made).may_use_devices) == ([], True)


def test_an_app_with_keys_has_no_secret_and_names_who_may_act() -> None:
    made = section(keys=[{**PUBLIC, "kid": "of-june"}], may_act=["report-batch"])
    client = client_of(made)
    assert list(complaints(made)) == []
    assert (client.has_secret, client.may_act) == (False, ("report-batch",))
    assert (kept(client.keys[0]).id, kept(client.keys[0]).algorithm) == ("of-june", "ES256")
    assert (client_of(section()).has_secret, client_of(section()).may_act) == (True, ())


def test_shape_is_strict() -> None:
    for wrong in (
        {"may_act": ["No Name"]},
        {"keys": ["x"]},
        {"scopes": ["address"]},
        {"tokens_minutes": 0},
        {"nonsense": 1},
    ):
        with pytest.raises(ValidationError):
            section(**wrong)


def test_a_device_without_a_browser_asks_for_no_consent() -> None:
    assert [where for where, *_ in complaints(section(device=True, consent="once"))] == [("device",)]
