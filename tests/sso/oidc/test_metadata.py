"""What clients find out by themselves is what is there."""

from __future__ import annotations

from limen.sso.oidc.clients import Call
from limen.sso.oidc.keys import Keys
from limen.sso.oidc.metadata import configuration
from limen.sso.oidc.protocol import CLIENT_METHODS
from limen.sso.oidc.server import Server
from limen.web.sso import oidc, oidc_sign_out


def test_every_endpoint_that_is_named_is_answered() -> None:
    said = configuration("https://limen.example")
    named = {
        value.removeprefix("https://limen.example")
        for key, value in said.items()
        if key.endswith(("_endpoint", "_uri"))
    }
    assert named <= {route.path for route in (*oidc.PAGES, *oidc_sign_out.PAGES)}


def test_what_is_named_is_what_the_server_knows() -> None:
    said = configuration("https://limen.example")
    server = Server(Call(None, 0, "https://limen.example", Keys(()), {}, {}, b""))  # type: ignore[arg-type]
    assert set(said["grant_types_supported"]) == {grant.GRANT_TYPE for grant, _ in server._token_grants}
    for endpoint in ("token", "revocation", "introspection"):
        methods = set(said[f"{endpoint}_endpoint_auth_methods_supported"])
        assert methods == set(CLIENT_METHODS) - ({"none"} if endpoint == "introspection" else set())
        algorithms = said[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert set(algorithms) == {"ES256", "EdDSA", "RS256"}
    assert set(server._client_auth._methods) == set(CLIENT_METHODS)


def test_nothing_is_promised_that_is_refused() -> None:
    said = configuration("https://limen.example")
    assert said["issuer"] == "https://limen.example"
    assert not said["request_parameter_supported"]
    assert said["response_types_supported"] == ["code"]
