"""Clients: apps that sign people in by OpenID Connect or SAML, each with how people had to sign in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urljoin

from limen.company.saml_section import provider_complaints
from limen.facts.oidc_client import SCOPES
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.importing.conditions import NEVER, Condition
from limen.importing.keycloak.parts import entries, is_true, mapping, text, texts
from limen.importing.keycloak.roles import OWN_CLIENTS
from limen.importing.keycloak.saml_claims import read_beginning, read_saml_claims
from limen.importing.model import VIEW, Access, App, OidcRegistration
from limen.importing.registrations import fit_oidc, opened_at
from limen.importing.report import Effect, Path, Report, leaves

_NAME_IDS: Final = {"persistent": "persistent", "email": "email", "transient": "transient", "username": "unspecified"}
_PAIRWISE: Final = "oidc-sha256-pairwise-sub-mapper"
_OWN_WAY: Final = "Limen does this in a way of its own"
_FLOWS: Final = ("implicitFlowEnabled", "directAccessGrantsEnabled")
_SEPARATED: Final = "##"


class Clients:
    """The clients of a realm. `condition` says how people signed in, by the client's own flow or the realm's ("")."""

    def __init__(self, report: Report, condition: Callable[[str], Condition]) -> None:
        self._report, self._condition = report, condition

    def read(self, client: Mapping[str, Any], at: Path) -> App | None:
        """The app that the client is; None where people don't sign in to it."""
        client_id = text(client.get("clientId"))
        if client_id in OWN_CLIENTS or client_id.endswith("-realm"):
            self._report.not_translated(at, "Keycloak's own client")
            return None
        self._account_for(client, at)
        if client.get("enabled") is False:
            self._report.not_translated(at, "the client is disabled")
            return None
        if not client_id or is_true(client.get("bearerOnly")):
            self._report.not_translated(at, "people don't sign in to it: programs ask it with tokens", Effect.STRICTER)
            return None
        if client.get("protocol") == "saml":
            return self._saml(client, client_id, at)
        return self._oidc(client, client_id, at)

    def flow(self, client: Mapping[str, Any]) -> Condition:
        """How people signed in to this client."""
        return self._condition(text(mapping(client.get("authenticationFlowBindingOverrides")).get("browser")))

    def _oidc(self, client: Mapping[str, Any], client_id: str, at: Path) -> App | None:
        if client.get("standardFlowEnabled") is False:
            why = f"{client_id}: nobody signs in to it by a browser; a program gets a workload with a token"
            self._report.note(at, why, Effect.STRICTER)
            return None
        attributes = mapping(client.get("attributes"))
        root = text(client.get("rootUrl"))
        uris = [_whole(root, one) for one in texts(client.get("redirectUris"))]
        after = [
            one
            for one in text(attributes.get("post.logout.redirect.uris")).split(_SEPARATED)
            if one not in {"", "+", "-"}
        ]
        wanted = OidcRegistration(
            client_id,
            tuple(dict.fromkeys(uris)),
            post_logout_uris=tuple(_whole(root, one) for one in after),
            backchannel_logout_uri=text(attributes.get("backchannel.logout.url")),
            is_public=is_true(client.get("publicClient")),
            is_pairwise=any(
                one.get("protocolMapper") == _PAIRWISE for one, _ in entries(client, "protocolMappers", at)
            ),
            asks_consent=is_true(client.get("consentRequired")),
            scopes=tuple(SCOPES),
            algorithm="ES256" if attributes.get("id.token.signed.response.alg") == "ES256" else "RS256",
            has_device_flow=is_true(attributes.get("oauth2.device.authorization.grant.enabled")),
            needs_pkce=is_true(client.get("publicClient")) or attributes.get("pkce.code.challenge.method") == "S256",
            tokens_minutes=_minutes(attributes.get("access.token.lifespan")),
        )
        registration, refused = fit_oidc(wanted)
        for field, value, what in refused:
            self._refused(client, at, field, value, uris, what)
        if registration is None or not registration.redirect_uris:
            why = f"{client_id}: it has no exact address to return to; add it by `limen add app --redirect-uri`"
            self._report.note(at, why, Effect.STRICTER)
            return None
        name = self._name(client, client_id)
        base = text(client.get("baseUrl"))
        url = opened_at(_whole(root, base) if base else root, returns_to=registration.redirect_uris)
        return App(
            f"client:{client_id}", name, self._access(client, name, at), url=url, oidc=registration,
            description=text(client.get("description")),
        )  # fmt: skip

    def _saml(self, client: Mapping[str, Any], client_id: str, at: Path) -> App | None:
        attributes = mapping(client.get("attributes"))
        posted_to = [
            text(attributes.get("saml_assertion_consumer_url_post")),
            *(_whole(text(client.get("rootUrl")), one) for one in texts(client.get("redirectUris")) if "*" not in one),
            text(client.get("adminUrl")),
        ]
        consumers = tuple(AssertionConsumer(one) for one in dict.fromkeys(posted_to) if one)
        encryption = text(attributes.get("saml.encryption.certificate"))
        signing = text(attributes.get("saml.signing.certificate"))
        name_id = next(
            (word for mark, word in _NAME_IDS.items() if mark in text(attributes.get("saml_name_id_format"))), ""
        )
        may_begin_here, start = read_beginning(client, at, self._report)
        provider = ServiceProvider(
            client_id,
            consumers[:20],
            certificates=(signing,) if signing else (),
            encryption_certificate=encryption,
            signs_requests=is_true(attributes.get("saml.client.signature")),
            is_encrypted=is_true(attributes.get("saml.encrypt")) and bool(encryption),
            name_id=name_id or "unspecified",
            attributes=read_saml_claims(client, at, self._report),
            may_begin_here=may_begin_here,
            start=start,
            logout_url=text(attributes.get("saml_single_logout_service_url_redirect")),
        )
        wrong = next(iter(provider_complaints(provider)), None)
        if wrong is not None:
            field = ".".join(map(str, wrong[0]))
            self._report.note(at, f"its registration can't be taken ({field}): import its metadata", Effect.STRICTER)
            return None
        name = self._name(client, client_id)
        said = (text(client.get("baseUrl")), text(client.get("rootUrl")))
        url = opened_at(*said, returns_to=tuple(one.url for one in consumers))
        return App(f"client:{client_id}", name, self._access(client, name, at), url=url, saml=provider)

    def _access(self, client: Mapping[str, Any], name: str, at: Path) -> tuple[Access, ...]:
        when = self.flow(client)
        if when == NEVER:
            self._report.note(at, f"{name}: nobody gets in until you open it by hand", Effect.STRICTER)
            return ()
        return (Access(when, name, f"This is how {name} was opened in Keycloak.", VIEW),)

    def _name(self, client: Mapping[str, Any], client_id: str) -> str:
        name = text(client.get("name"))
        return name if name and not name.startswith("${") else client_id

    def _refused(self, client: Mapping[str, Any], at: Path, field: str, value: str, uris: list[str], what: str) -> None:
        why = f"Limen refuses it: {what.split(' ', 1)[-1]}"
        if field == "redirect_uris" and value in uris:
            self._report.not_translated((*at, "redirectUris", uris.index(value)), why, Effect.STRICTER)
        elif field == "post_logout_uris":
            self._report.not_translated((*at, "attributes", "post.logout.redirect.uris"), why)
        elif field == "backchannel_logout_uri":
            self._report.not_translated((*at, "attributes", "backchannel.logout.url"), why)
        else:
            self._report.note(at, f"{client.get('clientId')}: {field} can't be taken", Effect.STRICTER)

    def _account_for(self, client: Mapping[str, Any], at: Path) -> None:
        for path, into in _taken(client):
            self._report.translated((*at, *path), into)
        for key in ("secret", "registrationAccessToken"):
            self._report.left_out((*at, key), "a secret: `limen client-secret` makes a new one for the app")
        for key in _FLOWS:
            if is_true(client.get(key)):
                why = "no token in an address, and no password in an app's hands: a code alone"
                self._report.not_translated((*at, key), why, Effect.STRICTER)
            elif key in client:
                self._report.translated((*at, key), "Limen has no such flow")
        if is_true(client.get("serviceAccountsEnabled")):
            why = "a program of its own gets a workload with a token"
            self._report.not_translated((*at, "serviceAccountsEnabled"), why, Effect.STRICTER)
        if is_true(client.get("fullScopeAllowed")):
            self._report.approximated(
                (*at, "fullScopeAllowed"), "the app learns all groups, unless `groups` lists some", Effect.SAME
            )
        self._account_for_the_rest(client, at)

    def _account_for_the_rest(self, client: Mapping[str, Any], at: Path) -> None:
        """Whatever nothing was said of, by name."""
        for mapper, here in entries(client, "protocolMappers", at):
            for path, _ in leaves(mapper):
                self._report.approximated((*here, *path), "claims are those that Limen documents", Effect.SAME)
        for key in client:
            if key not in {"authorizationSettings", "protocolMappers", "redirectUris", "attributes", *_FLOWS}:
                self._say_unless_said((*at, key))
        for key in mapping(client.get("attributes")):
            self._say_unless_said((*at, "attributes", key))

    def _say_unless_said(self, path: Path) -> None:
        if not self._report.is_said(path):
            self._report.not_translated(path, _OWN_WAY)


def _taken(client: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What becomes the app's registration."""
    yield ("clientId",), "the app's ID, and its client ID where it can be one"
    yield ("name",), "the app's name"
    yield ("description",), "the app's description"
    yield ("enabled",), "whether there is an app"
    yield ("protocol",), "the app's protocol"
    for key in ("rootUrl", "baseUrl", "adminUrl"):
        yield (key,), "where people open the app"
    for number, _ in enumerate(texts(client.get("redirectUris"))):
        yield ("redirectUris", number), "where people return to"
    for key in ("publicClient", "consentRequired", "standardFlowEnabled", "bearerOnly", "authorizationServicesEnabled"):
        yield (key,), "the app's registration"
    yield ("authenticationFlowBindingOverrides", "browser"), "how strongly people sign in to the app"
    for key in (
        "post.logout.redirect.uris", "backchannel.logout.url", "pkce.code.challenge.method",
        "id.token.signed.response.alg", "oauth2.device.authorization.grant.enabled", "access.token.lifespan",
        "saml_assertion_consumer_url_post", "saml.signing.certificate", "saml.encryption.certificate",
        "saml.client.signature", "saml.encrypt", "saml_name_id_format", "saml_single_logout_service_url_redirect",
    ):  # fmt: skip
        yield ("attributes", key), "the app's registration"


def _whole(root: str, uri: str) -> str:
    """An address that may begin at the client's own."""
    return urljoin(root, uri) if uri.startswith("/") and root else uri


def _minutes(value: Any) -> int:
    seconds = text(value)
    return min(max(int(seconds) // 60, 1), 60) if seconds.isascii() and seconds.isdigit() and len(seconds) < 9 else 0
