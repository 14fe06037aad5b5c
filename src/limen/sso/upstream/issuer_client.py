"""One issuer as Limen calls it by OpenID Connect: what it publishes, and a code turned into an ID token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import quote

from limen.clock import Clock
from limen.facts import Issuer
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.kept_documents import Document, KeptDocuments
from limen.sso.upstream.metadata import Metadata, discovery_url, read_metadata

T = TypeVar("T")

LONGEST_CODE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Proof:
    """How Limen proves itself in a call: more fields of the form, and of the head."""

    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    head: Mapping[str, str] = field(default_factory=dict, repr=False)


class IssuerClient:
    """Calls one issuer. `prove` says how Limen proves itself there; it raises IssuerError where it can't."""

    def __init__(
        self, issuer: Issuer, fetching: Fetching, clock: Clock, prove: Callable[[Metadata], Awaitable[Proof]]
    ) -> None:
        self.issuer = issuer
        self._documents = KeptDocuments(clock)
        self.health = self._documents.health
        self._fetching = fetching
        self._clock = clock
        self._prove = prove
        self._metadata = Document()
        self._keys = Document()

    async def metadata(self) -> Metadata:
        """Its endpoints. Raises IssuerError."""

        async def read() -> Metadata:
            return read_metadata(await self._fetching.get(discovery_url(self.issuer)), self.issuer)

        found: Metadata = await self._documents.get(self._metadata, read)
        return found

    async def keys(self) -> tokens.Keys:
        """Its public keys. Raises IssuerError."""
        url = (await self.metadata()).jwks_uri

        async def read() -> tokens.Keys:
            return keys_in(await self._fetching.get(url))

        found: tokens.Keys = await self._documents.get(self._keys, read)
        return found

    @property
    def key_names(self) -> tuple[str, ...]:
        """What its keys are called, as far as they were read."""
        return tuple(str(one.get("kid", "")) for one in self._keys.value or ())

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """What the issuer answers to a code (RFC 6749 section 4.1.3, RFC 7636). Raises IssuerError."""
        metadata = await self.metadata()
        proof = await self._prove(metadata)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            **proof.form,
        }
        return await self._documents.watched(self._fetching.post(metadata.token_endpoint, form, proof.head))

    async def userinfo(self, access_token: str, subject: str) -> Mapping[str, Any]:
        """What it tells there of whom the ID token is about, and of nobody else (OpenID Connect Core section 5.3.2).

        Empty where it tells nothing. Raises IssuerError.
        """
        url = (await self.metadata()).userinfo_endpoint
        if not url or not access_token.isprintable() or not access_token.isascii():
            return {}
        told = await self._documents.watched(self._fetching.get(url, {"authorization": f"Bearer {access_token}"}))
        return told if told.get("sub") == subject else {}

    async def id_token(self, token: str, expected: tokens.Expected) -> dict[str, Any]:
        """Its claims. Raises TokenRefusedError, IssuerError."""
        return await self._with_keys(
            lambda keys: tokens.id_token(token, keys, self.issuer, expected, self._clock.now())
        )

    async def hint(self, token: str) -> dict[str, Any]:
        """Its claims. Raises TokenRefusedError, IssuerError."""
        return await self._with_keys(lambda keys: tokens.hint(token, keys, self.issuer, self._clock.now()))

    async def logout_token(self, token: str) -> dict[str, Any]:
        """Its claims. Raises TokenRefusedError, IssuerError."""
        return await self._with_keys(lambda keys: tokens.logout_token(token, keys, self.issuer, self._clock.now()))

    async def close(self) -> None:
        await self._fetching.close()

    # Inside

    async def _with_keys(self, verify: Callable[[tokens.Keys], T]) -> T:
        return await self._documents.verified(self._keys, self.keys, verify, tokens.UnknownKeyError)


def basic(client_id: str, secret: str) -> Proof:
    """RFC 6749 section 2.3.1: both are form-encoded first."""
    joined = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return Proof(head={"authorization": f"Basic {b64encode(joined.encode()).decode()}"})


def keys_in(document: Mapping[str, Any]) -> tokens.Keys:
    """The public keys of a JWK Set. Raises IssuerError where there is none."""
    found = document.get("keys")
    listed = found if isinstance(found, list) else []
    keys = [one for one in listed if isinstance(one, dict) and one.get("kty") != "oct"]
    if not keys:
        raise IssuerError("garbage")
    return keys[: tokens.MOST_KEYS]
