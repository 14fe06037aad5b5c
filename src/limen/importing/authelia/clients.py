"""`identity_providers.oidc`: clients with whom they let in, and whatever Limen does in a way of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from limen.facts.oidc_client import SCOPES
from limen.importing.authelia.policies import Policies, read_policies
from limen.importing.authelia.words import is_filled_in, words
from limen.importing.model import VIEW, Access, App, OidcRegistration
from limen.importing.registrations import fit_oidc, opened_at
from limen.importing.report import Effect, Path, Report

_DEFAULT_POLICY: Final = "two_factor"
_REFRESH: Final = "offline_access"
_OWN_WAY: Final[Mapping[str, str]] = {
    "lifespan": "tokens last as long as Limen lets them",
    "claims_policy": "claims are those that Limen documents",
    "requested_audience_mode": "an access token is for the app itself",
    "response_modes": "codes come back in the query",
    "pre_configured_consent_duration": "consent is asked once",
    "request_uris": "Limen takes pushed requests (RFC 9126) and no addresses of them",
    "sector_identifier_uri": "pairwise IDs are for each app alone",
    "allow_multiple_auth_methods": "each app has one way to prove itself",
}
_OF_PROVIDER: Final[Mapping[str, str]] = {
    "lifespans": "tokens last as long as Limen lets them; say tokens_minutes of an app",
    "claims_policies": "claims are those that Limen documents",
    "scopes": "scopes are openid, profile, email and groups",
    "cors": "Limen answers apps in browsers by their registered addresses",
    "enforce_pkce": "PKCE is required unless an app says otherwise",
    "enable_pkce_plain_challenge": "PKCE is S256, always",
    "enable_client_debug_messages": "refusals say why in the journal",
    "enable_jwt_access_token_stateless_introspection": "tokens are asked about, and each answer is a decision",
    "discovery_signed_response_alg": "metadata is served by https, unsigned",
    "discovery_signed_response_key_id": "metadata is served by https, unsigned",
    "require_pushed_authorization_requests": "pushed requests are taken and not required",
    "pushed_authorizations": "pushed requests are taken and not required",
    "minimum_parameter_entropy": "parameters are bounded by Limen's own rules",
}


def read_clients(body: Mapping[str, Any], at: Path, report: Report, named: dict[str, None]) -> list[App]:
    """The clients of one file. `named` are the accounts and groups that are named, to which theirs are added."""
    section = _oidc(body)
    if section is None:
        return []
    where = (*at, "identity_providers", "oidc")
    for key, why in _OF_PROVIDER.items():
        if key in section:
            report.not_translated((*where, key), why)
    for key in ("hmac_secret", "jwks", "issuer_private_key", "issuer_private_keys", "issuer_certificate_chain"):
        if key in section:
            report.left_out((*where, key), "Limen makes keys of its own")
    policies = read_policies(section, body, where, report, named)
    apps = []
    for number, client in enumerate(words(section.get("clients"))):
        here = (*where, "clients", number)
        if not isinstance(client, Mapping):
            report.not_translated(here, "this is not a client")
            continue
        app = _Client(client, here, report).read(policies)
        if app is not None:
            apps.append(app)
    return apps


def _oidc(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    providers = body.get("identity_providers")
    section = providers.get("oidc") if isinstance(providers, Mapping) else None
    return section if isinstance(section, Mapping) else None


class _Client:
    """One client, key by key."""

    def __init__(self, client: Mapping[str, Any], at: Path, report: Report) -> None:
        self._client, self._at, self._report = client, at, report

    def read(self, policies: Policies) -> App | None:
        client_id = self._text("client_id", "id", into="the app's ID, and its client ID where it can be one")
        if not client_id:
            self._report.not_translated(self._at, "a client without an ID", Effect.STRICTER)
            return None
        name = self._text("client_name", "description", into="the app's name") or client_id
        self._secrets()
        wanted = OidcRegistration(
            client_id,
            self._addresses("redirect_uris", "where people return to"),
            is_public=self._flag("public", "a public client"),
            is_pairwise=isinstance(self._client.get("sector_identifier_uri"), str),
            asks_consent=self._consent(),
            scopes=self._scopes(),
            algorithm=self._algorithm(),
            has_device_flow=self._grants(),
            needs_pkce=self._pkce(),
            tokens_minutes=0,
        )
        self._own_way()
        registration, refused = fit_oidc(wanted)
        for field, value, what in refused:
            self._refused(field, value, what)
        if registration is None or not registration.redirect_uris:
            self._report.note(self._at, f"{client_id}: people could not return to it, so it is no app", Effect.STRICTER)
            return None
        access = [
            Access(
                when,
                name,
                f"This is how {name} was opened in Authelia.",
                VIEW,
            )
            for when in self._policy(policies)
        ]
        url = opened_at(returns_to=registration.redirect_uris)
        return App(f"client:{client_id}", name, tuple(access), url=url, oidc=registration)

    def _text(self, *keys: str, into: str) -> str:
        for key in keys:
            value = self._client.get(key)
            if isinstance(value, str) and value and not is_filled_in(value):
                self._report.translated((*self._at, key), into)
                return value
        return ""

    def _flag(self, key: str, into: str) -> bool:
        if key in self._client:
            self._report.translated((*self._at, key), into)
        return self._client.get(key) is True

    def _addresses(self, key: str, into: str) -> tuple[str, ...]:
        found = []
        for number, one in enumerate(words(self._client.get(key))):
            if isinstance(one, str):
                where = (*self._at, key, number) if isinstance(self._client[key], list) else (*self._at, key)
                self._report.translated(where, into)
                found.append(one)
        return tuple(dict.fromkeys(found))

    def _secrets(self) -> None:
        for key in ("client_secret", "secret"):
            if key in self._client:
                self._report.left_out((*self._at, key), "a secret: `limen client-secret` makes a new one for the app")
        for key in ("jwks", "public_keys", "jwks_uri"):
            if key in self._client:
                why = "the app's keys: give it a secret, or write its public keys as `keys` in apps.yaml"
                self._report.not_translated((*self._at, key), why)

    def _consent(self) -> bool:
        """`implicit` asks nobody, whatever else asks at least once."""
        for key in ("consent_mode", "pre_configured_consent_duration"):
            if key in self._client:
                how = "consent is asked once" if self._client[key] != "implicit" else "consent is never asked"
                self._report.approximated((*self._at, key), how, Effect.SAME)
        return bool(self._client.get("consent_mode", "auto") != "implicit")

    def _scopes(self) -> tuple[str, ...]:
        asked = (
            words(self._client.get("scopes")) if "scopes" in self._client else ["openid", "groups", "profile", "email"]
        )
        for number, one in enumerate(asked):
            where = (*self._at, "scopes", number)
            if one in SCOPES:
                self._report.translated(where, "a scope of the app")
            elif one == _REFRESH:
                self._report.approximated(where, "refresh tokens are given to every app, each a decision", Effect.SAME)
            else:
                self._report.not_translated(where, "a scope that Limen does not have")
        return tuple(one for one in SCOPES if one in asked or one == "openid")

    def _algorithm(self) -> str:
        found = "RS256"
        for key in ("id_token_signed_response_alg", "id_token_signing_algorithm"):
            if key not in self._client:
                continue
            if self._client[key] in ("RS256", "ES256"):
                found = self._client[key]
                self._report.translated((*self._at, key), "what ID tokens are signed with")
            else:
                self._report.not_translated((*self._at, key), "ID tokens are signed with RS256 or ES256")
        return found

    def _grants(self) -> bool:
        """Whether devices may use it. Codes and refreshes are what every app has."""
        device = "urn:ietf:params:oauth:grant-type:device_code"
        for number, one in enumerate(words(self._client.get("grant_types"))):
            where = (*self._at, "grant_types", number)
            if one in ("authorization_code", "refresh_token", device):
                self._report.translated(where, "what the app's protocol does by itself")
            else:
                self._report.not_translated(where, "Limen has no such grant for people; programs use tokens")
        for number, one in enumerate(words(self._client.get("response_types"))):
            where = (*self._at, "response_types", number)
            if one == "code":
                self._report.translated(where, "what the app's protocol does by itself")
            else:
                self._report.not_translated(where, "apps get a code, never a token in an address")
        return device in words(self._client.get("grant_types"))

    def _pkce(self) -> bool:
        """Required of public clients always, of others where Authelia required it."""
        for key in ("require_pkce", "pkce_challenge_method"):
            if key in self._client:
                if self._client[key] == "plain":
                    self._report.approximated((*self._at, key), "PKCE is S256, always")
                else:
                    self._report.translated((*self._at, key), "whether PKCE is required")
        is_named = bool(self._client.get("pkce_challenge_method"))
        return self._client.get("public") is True or self._client.get("require_pkce") is True or is_named

    def _own_way(self) -> None:
        for key, why in _OWN_WAY.items():
            if key in self._client and key != "pre_configured_consent_duration":
                self._report.not_translated((*self._at, key), why)
        for key in self._client:
            if key.endswith(("_signed_response_alg", "_encrypted_response_alg", "_encrypted_response_enc")):
                if not key.startswith("id_token_signed"):
                    self._report.not_translated((*self._at, key), "Limen signs ID tokens alone, and encrypts none")
            elif key.startswith(("token_endpoint_auth", "revocation_endpoint_auth", "introspection_endpoint_auth",
                                 "pushed_authorization_request_endpoint_auth", "request_object", "userinfo_signing",
                                 "require_pushed", "audience", "discovery")):  # fmt: skip
                self._report.not_translated((*self._at, key), "Limen takes what the app uses, as it documents")

    def _refused(self, field: str, value: str, what: str) -> None:
        listed = words(self._client.get(field))
        if value in listed:
            place = listed.index(value)
            where = (*self._at, field, place) if isinstance(self._client.get(field), list) else (*self._at, field)
            self._report.not_translated(where, f"Limen refuses it: {what.split(' ', 1)[-1]}", Effect.STRICTER)

    def _policy(self, policies: Policies) -> Iterator[Any]:
        value = self._client.get("authorization_policy", _DEFAULT_POLICY)
        at = (*self._at, "authorization_policy")
        ways = policies.of(value)
        if ways is None:
            self._report.not_translated(at, "no policy of this name is known: nobody gets in", Effect.STRICTER)
            return
        if "authorization_policy" in self._client:
            self._report.translated(at, "the policies of the app")
        yield from ways
