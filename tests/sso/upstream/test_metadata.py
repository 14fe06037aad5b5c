"""What an issuer says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from limen.facts import Issuer
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.metadata import discovery_url, read_metadata

THERE = Issuer("there", "There", "https://idp.example/realm/", "limen")
SAID = {
    "issuer": THERE.url,
    "authorization_endpoint": "https://idp.example/authorize",
    "token_endpoint": "https://tokens.idp.example/token",
    "jwks_uri": "https://idp.example/keys",
}


def test_where_its_document_is() -> None:
    assert discovery_url(THERE) == "https://idp.example/realm/.well-known/openid-configuration"


def test_what_is_needed_is_there_and_what_is_not_may_be_missing() -> None:
    found = read_metadata(SAID, THERE)
    assert (found.jwks_uri, found.end_session_endpoint, found.userinfo_endpoint) == (SAID["jwks_uri"], "", "")
    assert not found.says_iss
    assert read_metadata({**SAID, "authorization_response_iss_parameter_supported": True}, THERE).says_iss


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"issuer": "https://idp.example/realm"}, "another-issuer"),
        ({"jwks_uri": ""}, "garbage"),
        ({"token_endpoint": 7}, "garbage"),
        ({"end_session_endpoint": None}, "garbage"),
        ({"end_session_endpoint": "javascript:alert(1)"}, "garbage"),
        ({"jwks_uri": "https://10.0.0.1/keys"}, "off-limits"),
    ],
    ids=str,
)
def test_what_is_not_believed(more: dict[str, Any], word: str) -> None:
    with pytest.raises(IssuerError) as refused:
        read_metadata({**SAID, **more}, THERE)
    assert refused.value.word == word


@pytest.mark.parametrize(
    ("methods", "takes_basic"),
    [
        (None, True),
        ([], True),
        (["client_secret_basic", "client_secret_post"], True),
        (["client_secret_post"], False),
        (["private_key_jwt"], True),
        ("client_secret_post", True),
    ],
    ids=str,
)
def test_how_a_secret_is_sent(methods: Any, takes_basic: bool) -> None:
    said = {**SAID, "token_endpoint_auth_methods_supported": methods}
    assert read_metadata(said, THERE).takes_basic is takes_basic
