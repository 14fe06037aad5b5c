"""Upstream issuers put together: what calls them, how Limen proves itself there, and who is journaled as refused."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import urlsplit

from limen.browser_state import BrowserStates
from limen.clock import MINUTE, SECOND
from limen.facts import Issuer
from limen.opaque import new_id
from limen.pillar import Core, SignOn
from limen.sso.oidc.provider import Provider
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.upstream import decryption_keys, store
from limen.sso.upstream.decryption_keys import DecryptionKey
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.issuer_client import IssuerClient, Proof, basic
from limen.sso.upstream.journey import Upstream
from limen.sso.upstream.metadata import Metadata
from limen.sso.upstream.oidc_upstream import AT_ONCE, OidcUpstream
from limen.sso.upstream.saml_upstream import SamlUpstream

_ASSERTION: str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIVES = MINUTE


async def build(core: Core, sign_on: SignOn, provider: Provider, saml: IdentityProvider) -> Upstreams:
    """All issuers that are in force, now and later. `saml` has the keys that Limen signs with by SAML."""
    url = urlsplit(core.settings.public_url)
    origin = f"{url.scheme}://{url.netloc}".lower()
    redeeming, kept = asyncio.Semaphore(AT_ONCE), core.database.kept_briefly

    def upstream(issuer: Issuer) -> Upstream:
        if issuer.saml is not None:
            fetching = Fetching(issuer.saml.metadata_url, sign_on.resolver)
            key = partial(_decryption_key, core, issuer)
            return SamlUpstream(issuer, fetching, kept, core.clock, lambda: saml.keys, key, origin)
        prover = _Prover(core, provider, issuer)
        client = IssuerClient(issuer, Fetching(issuer.url, sign_on.resolver), core.clock, prover.prove)
        return OidcUpstream(client, origin, redeeming, kept, core.clock)

    async def with_secrets() -> frozenset[str]:
        return await core.database.reading(lambda snapshot: store.with_secrets(snapshot.connection))

    upstreams = Upstreams(
        known=lambda: core.known.issuers,
        states=core.offers.take(BrowserStates),
        clock=core.clock,
        make=upstream,
        with_secrets=with_secrets,
    )
    await upstreams.look()
    return upstreams


async def _decryption_key(core: Core, issuer: Issuer) -> DecryptionKey:
    """As it is kept now: another process may have discarded it."""
    keyring = core.keyring
    held = await core.database.reading(lambda snapshot: decryption_keys.held(snapshot, keyring, issuer.url))
    if held is not None:
        return held
    now, name = core.clock.now(), core.settings.name
    return await core.database.writing(lambda t: decryption_keys.kept(t, keyring, issuer.url, now, name))


class _Prover:
    """How Limen proves itself to one issuer."""

    def __init__(self, core: Core, provider: Provider, issuer: Issuer) -> None:
        self._core = core
        self._provider = provider
        self._issuer = issuer

    async def prove(self, metadata: Metadata) -> Proof:
        """Raises IssuerError where no secret was given."""
        if self._issuer.authentication == "private_key_jwt":
            return self._signed(metadata)
        issuer, keyring = self._issuer, self._core.keyring
        secret = await self._core.database.reading(
            lambda snapshot: store.secret_of(snapshot.connection, keyring, issuer.url)
        )
        if not secret:
            raise IssuerError("no-secret")
        if metadata.takes_basic:
            return basic(issuer.client_id, secret)
        return Proof(form={"client_id": issuer.client_id, "client_secret": secret})

    def _signed(self, metadata: Metadata) -> Proof:
        """RFC 7523 section 2.2, with the keys that Limen publishes as an OpenID provider."""
        now = self._core.clock.now()
        claims = {
            "iss": self._issuer.client_id,
            "sub": self._issuer.client_id,
            "aud": metadata.token_endpoint,
            "jti": new_id("j"),
            "iat": now // SECOND,
            "exp": (now + _ASSERTION_LIVES) // SECOND,
        }
        signed = self._provider.keys.sign(claims, "RS256", now)
        return Proof(
            form={
                "client_id": self._issuer.client_id,
                "client_assertion_type": _ASSERTION,
                "client_assertion": signed,
            }
        )
