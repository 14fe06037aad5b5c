"""How a client is read, apart from what Authlib does with it."""

from __future__ import annotations

import pytest

from limen.facts import App, Upstream
from limen.facts.oidc_client import OidcClient
from limen.sso.oidc.clients import Call, Client, client_of
from limen.sso.oidc.keys import Keys

PUBLIC = OidcClient(("http://127.0.0.1/back?a=1", "app.example:/back"), is_public=True)


def call(**apps: App) -> Call:
    return Call(None, 0, "https://limen.example", Keys(()), apps, {}, b"")  # type: ignore[arg-type]


def app(client: OidcClient | None) -> App:
    return App("a", "A", "", Upstream(""), oidc=client)


@pytest.mark.parametrize(
    ("uri", "is_good"),
    [
        ("http://127.0.0.1/back?a=1", True),
        ("http://127.0.0.1:5123/back?a=1", True),
        ("app.example:/back", True),
        ("http://127.0.0.1:5123/back", False),
        ("http://127.0.0.1:5123/back?a=1#x", False),
        ("http://user@127.0.0.1:5123/back?a=1", False),
        ("http://127.0.0.1:x/back?a=1", False),
        ("http://localhost:5123/back?a=1", False),
        ("http://127.0.0.1.evil.example/back?a=1", False),
    ],
)
def test_addresses_are_the_registered_ones_but_for_a_port_on_the_own_machine(uri: str, is_good: bool) -> None:
    assert Client(app(PUBLIC), call()).check_redirect_uri(uri) is is_good


def test_a_client_proves_itself_as_it_is_registered() -> None:
    public, confidential = Client(app(PUBLIC), call()), Client(app(OidcClient(("https://a/",))), call())
    assert [public.check_endpoint_auth_method(one, "token") for one in ("none", "client_secret_basic")] == [True, False]
    assert [confidential.check_endpoint_auth_method(one, "token") for one in ("none", "client_secret_post")] == [
        False,
        True,
    ]
    assert not public.check_endpoint_auth_method("none", "introspection")


def test_only_apps_that_sign_people_in_by_it_are_clients() -> None:
    known = call(a=app(PUBLIC), b=app(None))
    assert [client_of(known, one) is not None for one in ("a", "b", "c", None)] == [True, False, False, False]


def test_scopes_are_those_it_is_registered_for() -> None:
    narrow = Client(app(OidcClient((), scopes=("openid", "email"))), call())
    assert narrow.get_allowed_scope("openid groups email openid") == "openid email"
    assert narrow.get_allowed_scope("") == ""
