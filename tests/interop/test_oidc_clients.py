"""Authlib's and oauthlib's clients sign people in over real HTTP, and refuse what somebody changed on the way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from authlib.integrations.base_client import BaseApp, FrameworkIntegration, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc.jwk import ECKey
from oauthlib.oauth2 import BackendApplicationClient, MismatchingStateError, OAuth2Error as OauthlibError
from requests_oauthlib import OAuth2Session as OauthlibSession
from tests.interop.single_sign_on import Meddler, Person, SingleSignOn, meddling, with_another

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
pytestmark = pytest.mark.usefixtures("names")
WITHIN = 1.0
SCOPE = "openid profile email groups"


class Nothing(FrameworkIntegration):
    """No web framework."""

    def update_token(self, token: Any, refresh_token: Any = None, access_token: Any = None) -> None:
        """Nobody keeps it."""


class AuthlibApp(OAuth2Mixin, OpenIDMixin, BaseApp):
    """As Authlib's own clients for web frameworks are put together."""

    client_cls = AuthlibSession


@dataclass
class App:
    """An app that uses Authlib, at the moment that somebody comes back to it."""

    sso: SingleSignOn
    metadata: str
    authlib: AuthlibApp = field(init=False)
    asked: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.authlib = AuthlibApp(
            Nothing("reports"),
            "reports",
            client_id="reports",
            client_secret=self.sso.secret,
            server_metadata_url=self.metadata,
            client_kwargs={"scope": SCOPE, "code_challenge_method": "S256"},
        )
        self.asked = self.authlib.create_authorization_url(self.sso.callback)

    def answered(self, came: str) -> dict[str, Any]:
        """What it learns from the address that the browser comes back to; it raises where something is wrong."""
        with self.authlib._get_oauth_client(**self.authlib.load_server_metadata()) as client:
            client.redirect_uri = self.sso.callback
            token = client.fetch_token(
                self.authlib.load_server_metadata()["token_endpoint"],
                authorization_response=came,
                state=self.asked["state"],
                code_verifier=self.asked["code_verifier"],
            )
        return {**token, "userinfo": self.authlib.parse_id_token(token, self.asked["nonce"])}


@pytest.fixture(scope="module")
def meddler(sso: SingleSignOn) -> Iterator[Meddler]:
    with meddling(sso.harbor.origin) as between:
        yield between


@pytest.fixture(scope="module")
def ida(sso: SingleSignOn) -> Person:
    return Person(sso, "Ida Quay", "staff", "finance")


def test_authlib_signs_somebody_in_refreshes_and_gives_back(sso: SingleSignOn, meddler: Meddler, ida: Person) -> None:
    app = App(sso, f"{sso.harbor.origin}/.well-known/openid-configuration")
    told = app.answered(ida.back(app.asked["url"]))
    who = told["userinfo"]
    assert (who["sub"], who["email"]) == (sso.harbor.people["Ida Quay"], "ida.quay@harbor.example")
    assert (who["groups"], who["acr"], who["nonce"]) == (["editor", "viewer"], "phr", app.asked["nonce"])
    metadata = app.authlib.load_server_metadata()
    with app.authlib._get_oauth_client(**metadata) as client:
        client.token = told
        assert client.get(metadata["userinfo_endpoint"], timeout=60).json()["sub"] == who["sub"]
        again = client.refresh_token(metadata["token_endpoint"])
        assert again["refresh_token"] != told["refresh_token"]
        assert app.authlib.parse_id_token(again, None)["sub"] == who["sub"]
        known = client.introspect_token(metadata["introspection_endpoint"], again["access_token"]).json()
        assert (known["active"], known["sub"]) == (True, who["sub"])
        assert client.revoke_token(metadata["revocation_endpoint"], again["refresh_token"]).status_code == 200
        assert client.introspect_token(metadata["introspection_endpoint"], again["access_token"]).json() == {
            "active": False
        }
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(metadata["token_endpoint"], again["refresh_token"])


def test_oauthlib_signs_somebody_in_and_hears_of_a_revocation_within_a_second(
    sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # this is loopback
    eli, origin = Person(sso, "Eli Quay", "staff"), sso.harbor.origin
    app = OauthlibSession("reports", redirect_uri=sso.callback, scope=SCOPE.split(), pkce="S256")
    way, _ = app.authorization_url(f"{origin}/oidc/authorize")
    came = eli.back(way)
    told = app.fetch_token(f"{origin}/oidc/token", authorization_response=came, client_secret=sso.secret)
    assert app.get(f"{origin}/oidc/userinfo", timeout=60).json()["email"] == "eli.quay@harbor.example"
    proof = ("reports", sso.secret)
    again = app.refresh_token(f"{origin}/oidc/token", auth=proof)
    assert again["refresh_token"] != told["refresh_token"]

    sso.revoke("Eli Quay")
    since = time.monotonic()
    with pytest.raises(OauthlibError, match="invalid_grant"):
        app.refresh_token(f"{origin}/oidc/token", auth=proof)
    asked = {"token": again["access_token"]}
    assert requests.post(f"{origin}/oidc/introspect", data=asked, auth=proof, timeout=60).json() == {"active": False}
    assert app.get(f"{origin}/oidc/userinfo", timeout=60).status_code == 401
    assert time.monotonic() - since < WITHIN


def test_oauthlib_refuses_another_state(sso: SingleSignOn, ida: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    app = OauthlibSession("reports", redirect_uri=sso.callback, scope=SCOPE.split(), pkce="S256")
    way, _ = app.authorization_url(f"{sso.harbor.origin}/oidc/authorize")
    came = with_another(ida.back(way), state="another")
    with pytest.raises(MismatchingStateError):
        app.fetch_token(f"{sso.harbor.origin}/oidc/token", authorization_response=came, client_secret=sso.secret)


def test_authlib_gets_a_token_of_a_programs_own_and_one_to_act_with(sso: SingleSignOn, ida: Person) -> None:
    key, metadata = ECKey.generate_key("P-256"), f"{sso.harbor.origin}/.well-known/oauth-authorization-server"
    client_id, said = sso.workload("report-batch", key), requests.get(metadata, timeout=60).json()
    endpoint = said["token_endpoint"]
    assert {"client_credentials", TOKEN_EXCHANGE} <= set(said["grant_types_supported"])
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    app = App(sso, f"{sso.harbor.origin}/.well-known/openid-configuration")
    theirs = app.answered(ida.back(app.asked["url"]))["access_token"]
    proof = ("reports", sso.secret)

    def status(token: str) -> dict[str, Any]:
        return dict(requests.post(said["introspection_endpoint"], {"token": token}, auth=proof, timeout=60).json())

    with AuthlibSession(client_id, key, token_endpoint_auth_method="private_key_jwt") as program:
        program.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256"))
        own = program.fetch_token(endpoint, grant_type="client_credentials", resource=sso.address)
        assert (status(own["access_token"])["sub"], own["token_type"]) == (client_id, "Bearer")
        acting = program.fetch_token(
            endpoint,
            grant_type=TOKEN_EXCHANGE,
            subject_token=theirs,
            subject_token_type="urn:ietf:params:oauth:token-type:access_token",
            scope="openid",
        )
        told = status(acting["access_token"])
        assert (told["sub"], told["act"], told["scope"]) == (
            sso.harbor.people["Ida Quay"],
            {"sub": client_id},
            "openid",
        )
        with pytest.raises(OAuthError, match="invalid_target"):
            program.fetch_token(endpoint, grant_type="client_credentials", resource="https://elsewhere.example/")
        sso.end_workload("report-batch")
        since = time.monotonic()
        assert [status(one["access_token"]) for one in (own, acting)] == [{"active": False}] * 2
        with pytest.raises(OAuthError, match="invalid_client"):
            program.fetch_token(endpoint, grant_type="client_credentials", resource=sso.address)
        assert time.monotonic() - since < WITHIN


def test_oauthlib_gets_a_token_of_a_programs_own(sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    key, endpoint = ECKey.generate_key("P-256"), f"{sso.harbor.origin}/oidc/token"
    client_id = sso.workload("other-batch", key)
    with OauthlibSession(client=BackendApplicationClient(client_id)) as program:

        def asked(assertion: str) -> dict[str, Any]:
            return dict(
                program.fetch_token(
                    endpoint,
                    include_client_id=True,
                    client_assertion=assertion,
                    client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    resource=sso.address,
                )
            )

        once = private_key_jwt_sign(key, client_id, endpoint, alg="ES256")
        given = asked(once)
        assert (given["token_type"], given["expires_in"]) == ("Bearer", 300)
        with pytest.raises(OauthlibError, match="invalid_client"):
            asked(once)


def spoilt_signature(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "id_token": re.sub(r"\.[^.]{6}([^.]*)$", r".AAAAAA\1", told["id_token"])}


def of_another(told: dict[str, Any]) -> dict[str, Any]:
    """The access token does not belong to this ID token: `at_hash` says so."""
    return {**told, "access_token": told["access_token"] + "A"}


def unsigned(told: dict[str, Any]) -> dict[str, Any]:
    """`alg` is none."""
    return {**told, "id_token": "eyJhbGciOiJub25lIn0." + told["id_token"].split(".")[1] + "."}


@pytest.mark.parametrize("change", [spoilt_signature, of_another, unsigned])
def test_authlib_refuses_tokens_that_somebody_changed(
    sso: SingleSignOn, meddler: Meddler, ida: Person, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    app = App(sso, meddler.metadata)
    meddler.change = change
    with pytest.raises(Exception, match=r"bad_signature|invalid_claim|unsupported_algorithm|Algorithm"):
        app.answered(ida.back(app.asked["url"]))
    meddler.change = lambda told: told
    fresh = App(sso, meddler.metadata)
    assert fresh.answered(ida.back(fresh.asked["url"]))["userinfo"]["email"] == "ida.quay@harbor.example"


@pytest.mark.parametrize("what", ["nonce", "state"])
def test_authlib_refuses_what_was_meant_for_another_request(
    sso: SingleSignOn, meddler: Meddler, ida: Person, what: str
) -> None:
    app = App(sso, meddler.metadata)
    with pytest.raises(Exception, match=r"nonce|mismatching_state"):
        app.answered(ida.back(with_another(app.asked["url"], **{what: "of-another"})))
