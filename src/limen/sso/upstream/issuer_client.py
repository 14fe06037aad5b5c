"""One issuer as Limen calls it: what it publishes, kept for a while, and a code turned into an ID token.

An issuer that is down is asked again at most every few seconds, and new keys are looked for at most once a minute,
whatever strangers send. What it published before counts on for a day, so that an outage of its documents alone keeps
nobody out.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import quote

from limen.clock import DAY, HOUR, MINUTE, SECOND, Clock, Instant
from limen.facts import Issuer
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.metadata import Metadata, discovery_url, read_metadata

T = TypeVar("T")

FRESH: Final = HOUR
KEPT: Final = DAY
NEW_KEYS_AT_MOST: Final = MINUTE
PAUSE_AFTER_ERROR: Final = 5 * SECOND
LONGEST_CODE: Final = 4_096


@dataclass(slots=True)
class Health:
    """How an issuer does: when it last answered as it must, when it last did not and how (a word of `IssuerError`)."""

    succeeded_at: Instant = 0
    failed_at: Instant = 0
    word: str = ""

    @property
    def is_well(self) -> bool:
        return self.succeeded_at >= self.failed_at


@dataclass(slots=True)
class _Kept:
    """What was read, and when; `asked_at` is when that was last tried. `is_old`: newer is wanted."""

    value: Any = None
    read_at: Instant = 0
    asked_at: Instant = 0
    is_old: bool = False

    def is_fresh(self, now: Instant) -> bool:
        return self.value is not None and not self.is_old and self.read_at + FRESH > now

    def is_usable(self, now: Instant) -> bool:
        return self.value is not None and self.read_at + KEPT > now


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
        self.health = Health()
        self._fetching = fetching
        self._clock = clock
        self._prove = prove
        self._metadata = _Kept()
        self._keys = _Kept()
        self._lock = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Its endpoints. Raises IssuerError."""

        async def read() -> Metadata:
            return read_metadata(await self._fetching.get(discovery_url(self.issuer)), self.issuer)

        found: Metadata = await self._kept(self._metadata, read)
        return found

    async def keys(self) -> tokens.Keys:
        """Its public keys. Raises IssuerError."""
        url = (await self.metadata()).jwks_uri

        async def read() -> tokens.Keys:
            return _keys_in(await self._fetching.get(url))

        found: tokens.Keys = await self._kept(self._keys, read)
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
        return await self._watched(self._fetching.post(metadata.token_endpoint, form, proof.head))

    async def userinfo(self, access_token: str, subject: str) -> Mapping[str, Any]:
        """What it tells there of whom the ID token is about, and of nobody else (OpenID Connect Core section 5.3.2).

        Empty where it tells nothing. Raises IssuerError.
        """
        url = (await self.metadata()).userinfo_endpoint
        if not url or not access_token.isprintable() or not access_token.isascii():
            return {}
        told = await self._watched(self._fetching.get(url, {"authorization": f"Bearer {access_token}"}))
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
        """Verify with the keys at hand, and once more with new ones where the issuer may have made some."""
        keys = await self.keys()
        try:
            return verify(keys)
        except tokens.UnknownKeyError:
            if self._keys.asked_at + NEW_KEYS_AT_MOST > self._clock.now():
                raise
        self._keys.is_old = True
        return verify(await self.keys())

    async def _kept(self, kept: _Kept, read: Callable[[], Awaitable[Any]]) -> Any:
        """What was read lately, else read anew; what was read within a day where that fails."""
        if kept.is_fresh(self._clock.now()):
            return kept.value
        async with self._lock:
            now = self._clock.now()
            if kept.is_fresh(now):
                return kept.value
            if kept.asked_at + PAUSE_AFTER_ERROR > now and not self.health.is_well:
                if kept.is_usable(now):
                    return kept.value
                raise IssuerError(self.health.word)
            kept.asked_at = now
            try:
                kept.value = await self._watched(read())
            except IssuerError:
                if not kept.is_usable(now):
                    raise
            else:
                kept.read_at, kept.is_old = now, False
            return kept.value

    async def _watched(self, call: Awaitable[T]) -> T:
        """The call, with its outcome kept."""
        try:
            answer = await call
        except IssuerError as error:
            self.health.failed_at, self.health.word = self._clock.now(), error.word
            raise
        self.health.succeeded_at = self._clock.now()
        return answer


def basic(client_id: str, secret: str) -> Proof:
    """RFC 6749 section 2.3.1: both are form-encoded first."""
    joined = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return Proof(head={"authorization": f"Basic {b64encode(joined.encode()).decode()}"})


def _keys_in(document: Mapping[str, Any]) -> tokens.Keys:
    """The public keys of a JWK Set. Raises IssuerError where there is none."""
    found = document.get("keys")
    listed = found if isinstance(found, list) else []
    keys = [one for one in listed if isinstance(one, dict) and one.get("kty") != "oct"]
    if not keys:
        raise IssuerError("garbage")
    return keys[: tokens.MOST_KEYS]
