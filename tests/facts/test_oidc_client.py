"""A registration is a value."""

from __future__ import annotations

import msgspec

from limen.facts.oidc_client import SCOPES, OidcClient


def test_it_goes_into_a_revision_and_comes_back() -> None:
    client = OidcClient(("https://a.example/back",), groups=(("staff", "Viewer"),), is_public=True)
    assert msgspec.convert(msgspec.to_builtins(client), OidcClient) == client
    assert client.scopes == SCOPES
