"""Addresses of issuers, as the company writes them."""

from __future__ import annotations

import pytest

from limen.sso.upstream.addresses import address_complaint, identifier_complaint


@pytest.mark.parametrize(
    "url", ["https://idp.example", "https://10.0.0.5:8443/realms/x", "http://127.0.0.1:9", "http://a.localhost"]
)
def test_what_is_an_issuer(url: str) -> None:
    assert identifier_complaint(url) is None
    assert address_complaint(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "idp.example",
        "ftp://idp.example",
        "http://idp.example",
        "https://169.254.169.254/",
        "https://user@idp.example/",
        "https://idp.example/#x",
        "https://idp.example:port/",
        "https://idp.example/ x",
        "javascript:alert(1)",
    ],
)
def test_what_is_none(url: str) -> None:
    assert identifier_complaint(url) is not None
    assert address_complaint(url) is not None


def test_an_address_may_have_a_query_and_an_identifier_may_not() -> None:
    url = "https://accounts.google.com/o/saml2/idp?idpid=C01"
    assert address_complaint(url) is None
    assert identifier_complaint(url) is not None
    assert identifier_complaint("https://login.microsoftonline.com/common/v2.0") is not None
