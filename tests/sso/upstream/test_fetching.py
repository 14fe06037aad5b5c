"""Calling issuers: what may be called, and what of an answer counts."""

from __future__ import annotations

import pytest
from tests.sso.issuer import issuer_at_work

from limen.enforcement.resolving import Resolver
from limen.sso.upstream.fetching import Fetching, IssuerError, refuse_address


async def test_a_document_is_read_and_a_form_is_answered() -> None:
    with issuer_at_work() as there:
        fetching = Fetching(there.url, Resolver)
        assert (await fetching.get(f"{there.url}/.well-known/openid-configuration"))["issuer"] == there.url
        with pytest.raises(IssuerError) as refused:
            await fetching.post(f"{there.url}/token", {"code": "none"}, {"x-proof": "mine"})
        assert refused.value.word == "refused"
        path, form, head = there.asked[-1]
        assert (path, form, head["x-proof"]) == ("/token", {"code": "none"}, "mine")
        assert "cookie" not in {name.lower() for name in head}
        with pytest.raises(IssuerError) as refused:
            await fetching.get(f"{there.url}/missing")
        assert refused.value.word == "refused"
        await fetching.close()


async def test_nothing_listens_there() -> None:
    fetching = Fetching("http://127.0.0.1:9", Resolver)
    with pytest.raises(IssuerError) as refused:
        await fetching.get("http://127.0.0.1:9/")
    assert refused.value.word == "unreachable"
    await fetching.close()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://idp.example/keys", ""),
        ("https://keys.elsewhere.example/", ""),
        ("https://idp.example:8443/keys", ""),
        ("http://idp.example/keys", "off-limits"),
        ("https://192.168.0.1/", "off-limits"),
        ("https://1.1.1.1/", ""),
        ("https://[::1]/", "off-limits"),
        ("https://printer.localhost/", "off-limits"),
        ("https://169.254.169.254/", "off-limits"),
        ("ftp://idp.example/", "garbage"),
        ("https:///keys", "garbage"),
        ("https://idp.example:x/", "garbage"),
        ("https://idp.example/#x", "garbage"),
        ("https://" + "x" * 2_000, "garbage"),
    ],
)
def test_which_addresses_an_issuer_may_name(url: str, word: str) -> None:
    found = ""
    try:
        refuse_address(url, "https://idp.example")
    except IssuerError as error:
        found = error.word
    assert found == word
