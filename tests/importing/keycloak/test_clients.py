from __future__ import annotations

from typing import Any

from tests.importing.harbor import imported

from limen.importing.conditions import NEVER, Strength
from limen.importing.keycloak.clients import Clients
from limen.importing.report import Effect, Report, Verdict

ONE_FACTOR = Strength(1)


def _read(client: dict[str, Any], condition: Any = ONE_FACTOR) -> tuple[Any, Report]:
    report = Report()
    return Clients(report, lambda _flow: condition).read(client, ("r", "clients", 0)), report


def test_clients_of_harbor() -> None:
    apps = {one.key: one for one in imported("keycloak").system.apps}
    wiki = apps["client:wiki"]
    assert wiki.oidc is not None
    assert wiki.url == "https://wiki.harbor.example/start"
    assert wiki.oidc.redirect_uris == ("https://wiki.harbor.example/oauth/callback",)
    assert wiki.oidc.post_logout_uris == ("https://wiki.harbor.example/bye",)
    assert (wiki.oidc.tokens_minutes, wiki.oidc.needs_pkce, wiki.oidc.backchannel_logout_uri) == (
        10,
        True,
        "https://wiki.harbor.example/logout",
    )
    saml = apps["client:https://accounting.harbor.example/saml"].saml
    assert saml is not None
    assert (saml.name_id, [one.url for one in saml.consumers]) == (
        "email",
        ["https://accounting.harbor.example/saml/acs"],
    )
    assert "client:nightly" not in apps


def test_what_nobody_signs_in_to_is_no_app() -> None:
    back = {"redirectUris": ["https://x.harbor.example/back"]}
    for more in (
        {"clientId": "account"}, {"clientId": "x", "enabled": False}, {"clientId": "x", "bearerOnly": True},
        {"clientId": "x", "standardFlowEnabled": False}, {"clientId": ""},
    ):  # fmt: skip
        assert _read({**back, **more})[0] is None
    app, report = _read({"clientId": "x", "redirectUris": ["*"]})
    assert app is None
    assert {one.effect for one in report.account({}).items} == {Effect.STRICTER}


def test_a_flow_that_lets_nobody_in_leaves_an_app_that_is_shut() -> None:
    app, report = _read({"clientId": "x", "redirectUris": ["https://x.harbor.example/back"]}, NEVER)
    assert app.access == ()
    assert [one.effect for one in report.account({}).items] == [Effect.STRICTER]


def test_its_secrets_are_left_out() -> None:
    client = {"clientId": "x", "secret": "s", "attributes": {"saml.signing.private.key": "k", "client.secret": "c"}}
    _, report = _read({**client, "redirectUris": ["https://x.harbor.example/back"]})
    account = report.account({"r": {"clients": [client]}})
    left = [one.path[-1] for one in account.items if one.verdict is Verdict.LEFT_OUT]
    assert "secret" in left
