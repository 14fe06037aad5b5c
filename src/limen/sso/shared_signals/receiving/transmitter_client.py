"""Calling a transmitter (SSF 1.0): what it publishes, and its stream for Limen: made, read, verified, polled, removed.

Every answer is a stranger's: bounded, of JSON, from the transmitter's own origin or the public internet, and no
redirect is followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from limen.clock import Clock
from limen.connectors.turns import BrokenOffError
from limen.guarded_http import NoReplyError, Reply, object_in
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.upstream import tokens
from limen.sso.upstream.fetching import Fetching, IssuerError, refuse_address
from limen.sso.upstream.issuer_client import keys_in
from limen.sso.upstream.kept_documents import Document, KeptDocuments

PUSH: Final = "urn:ietf:rfc:8935"
POLL: Final = "urn:ietf:rfc:8936"
LONGEST_ID: Final = 255
MOST_AUDIENCES: Final = 10
AT_ONCE: Final = 20
"""How many tokens are asked for at once."""
_ID: Final = re.compile(r"[!-~]{1,255}")
_STATUSES: Final = frozenset({"enabled", "paused", "disabled"})
WORDS: Final[Mapping[str, str]] = {
    "unreachable": "nothing answers there",
    "slow": "it doesn't answer within seconds",
    "off-limits": "it names an address that Limen doesn't connect to",
    "redirects": "it redirects where it must answer",
    "refused": "it answers with an error",
    "too-much": "its answer is too long",
    "garbage": "its answer can't be understood",
    "another-issuer": "its configuration names another issuer",
    "unauthorized": "it doesn't take Limen's token",
    "no-stream": "it doesn't let streams be made, or not with this delivery",
    "gone": "it has no such stream any more",
}
"""What a transmitter did wrong, by the word of `IssuerError`."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a transmitter says of itself (SSF 1.0 section 7.1); an endpoint that it has not is ""."""

    jwks_uri: str
    configuration_endpoint: str = ""
    status_endpoint: str = ""
    verification_endpoint: str = ""
    add_subject_endpoint: str = ""
    delivery: frozenset[str] = frozenset()
    has_all_subjects: bool = True
    """Whether a new stream is about everybody there, and not only about who is added to it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A stream as the transmitter describes it (section 8.1.1)."""

    stream_id: str
    audience: tuple[str, ...]
    poll_url: str


@dataclass(frozen=True, slots=True)
class Polled:
    """Tokens by their `jti`, in the transmitter's order, and whether there are more (RFC 8936 section 2.3)."""

    sets: Mapping[str, str]
    has_more: bool


class TransmitterClient:
    """Calls one transmitter. All raise IssuerError, whose `word` is one of `WORDS`."""

    def __init__(self, transmitter: SignalTransmitter, fetching: Fetching, clock: Clock) -> None:
        self.transmitter = transmitter
        self._fetching = fetching
        self._documents = KeptDocuments(clock)
        self._configuration = Document()
        self._keys = Document()

    # What it publishes

    async def configuration(self) -> Configuration:
        async def read() -> Configuration:
            issuer = self.transmitter.issuer
            return read_configuration(await self._fetching.get(configuration_url(issuer)), issuer)

        found: Configuration = await self._documents.get(self._configuration, read)
        return found

    async def keys(self) -> tokens.Keys:
        """Its public keys."""
        url = self.transmitter.keys or (await self.configuration()).jwks_uri

        async def read() -> tokens.Keys:
            return keys_in(await self._fetching.get(url))

        found: tokens.Keys = await self._documents.get(self._keys, read)
        return found

    async def claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that one of its keys signed, newer ones too. Raises TokenRefusedError."""
        verified: Mapping[str, Any] = await self._documents.verified(
            self._keys, self.keys, lambda known: tokens.security_event(token, known), tokens.UnknownKeyError
        )
        return verified

    # Our stream there

    async def make(self, token: str, asked: Mapping[str, Any]) -> Made:
        endpoint = (await self._managed(asked)).configuration_endpoint
        return self._made(_object(await self._send("POST", endpoint, token, asked, {200, 201})), asked)

    async def change(self, token: str, stream_id: str, asked: Mapping[str, Any]) -> Made:
        endpoint = (await self._managed(asked)).configuration_endpoint
        whole = {**asked, "stream_id": stream_id}
        return self._made(_object(await self._send("PATCH", endpoint, token, whole, {200})), asked)

    async def remove(self, token: str, stream_id: str) -> None:
        """It is gone afterwards, or was before."""
        url = _about((await self.configuration()).configuration_endpoint, stream_id)
        await self._send("DELETE", url, token, None, {200, 204, 404})

    async def status(self, token: str, stream_id: str) -> tuple[str, str]:
        """`enabled`, `paused` or `disabled`, and why; "" where it does not tell."""
        endpoint = (await self.configuration()).status_endpoint
        if not endpoint:
            return "", ""
        found = _object(await self._send("GET", _about(endpoint, stream_id), token, None, {200}))
        status, why = found.get("status"), found.get("reason", "")
        if status not in _STATUSES:
            raise IssuerError("garbage")
        return str(status), why if isinstance(why, str) else ""

    async def verify(self, token: str, stream_id: str, state: str) -> bool:
        """Have it send a verification with this state; False where it can't."""
        endpoint = (await self.configuration()).verification_endpoint
        if not endpoint:
            return False
        await self._send("POST", endpoint, token, {"stream_id": stream_id, "state": state}, {200, 202, 204})
        return True

    async def add_subject(self, token: str, stream_id: str, subject: Mapping[str, Any]) -> None:
        """The stream is about this subject, too (section 8.1.3.2)."""
        endpoint = (await self.configuration()).add_subject_endpoint
        about = {"stream_id": stream_id, "subject": subject, "verified": True}
        await self._send("POST", endpoint, token, about, {200, 204})

    async def poll(self, url: str, token: str, acks: list[str], errors: Mapping[str, Mapping[str, str]]) -> Polled:
        """The next tokens, after these were taken or refused (RFC 8936 section 2.4)."""
        asked = {"maxEvents": AT_ONCE, "returnImmediately": True, "ack": acks, "setErrs": errors}
        asked = {name: value for name, value in asked.items() if value not in ([], {})}
        found = _object(await self._send("POST", url, token, asked, {200}))
        sets = found.get("sets", {})
        if not isinstance(sets, dict) or len(sets) > AT_ONCE or not all(isinstance(one, str) for one in sets.values()):
            raise IssuerError("garbage")
        return Polled(sets, found.get("moreAvailable") is True)

    async def close(self) -> None:
        await self._fetching.close()

    # Inside

    async def _managed(self, asked: Mapping[str, Any]) -> Configuration:
        found = await self.configuration()
        method = asked["delivery"]["method"]
        if not found.configuration_endpoint or (found.delivery and method not in found.delivery):
            raise IssuerError("no-stream")
        return found

    async def _send(
        self, method: str, url: str, token: str, document: Mapping[str, Any] | None, good: set[int]
    ) -> Reply:
        headers = {"authorization": f"Bearer {token}"}
        reply = await self._documents.watched(self._fetching.send(method, url, document, headers))
        if reply.status in good:
            return reply
        if reply.status in {401, 403}:
            raise IssuerError("unauthorized")
        raise IssuerError("gone" if reply.status == 404 else "refused")

    def _made(self, found: Mapping[str, Any], asked: Mapping[str, Any]) -> Made:
        """Raises IssuerError where it can't be used: of another issuer, for nobody, with another delivery."""
        stream_id, delivery = found.get("stream_id"), found.get("delivery")
        audience = found.get("aud")
        several = audience if isinstance(audience, list) else [audience]
        if found.get("iss") != self.transmitter.issuer:
            raise IssuerError("another-issuer")
        if not isinstance(stream_id, str) or not _ID.fullmatch(stream_id) or not isinstance(delivery, dict):
            raise IssuerError("garbage")
        if not 0 < len(several) <= MOST_AUDIENCES or not all(_is_word(one) for one in several):
            raise IssuerError("garbage")
        if delivery.get("method") != asked["delivery"]["method"]:
            raise IssuerError("no-stream")
        poll_url = ""
        if delivery["method"] == POLL:
            poll_url = str(delivery.get("endpoint_url", ""))
            refuse_address(poll_url, self.transmitter.issuer)
        return Made(stream_id, tuple(map(str, several)), poll_url)


def configuration_url(issuer: str) -> str:
    """SSF 1.0 section 7.2: the well-known part stands between the host and the issuer's path."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}/.well-known/ssf-configuration{parts.path.rstrip('/')}"


def read_configuration(document: Mapping[str, Any], issuer: str) -> Configuration:
    """Raises IssuerError: `another-issuer`, `garbage`, or `off-limits` for an address in it."""
    if document.get("issuer") != issuer:
        raise IssuerError("another-issuer")
    names = ("configuration_endpoint", "status_endpoint", "verification_endpoint", "add_subject_endpoint")
    addresses = {name: document.get(name, "") for name in ("jwks_uri", *names)}
    if not all(isinstance(one, str) for one in addresses.values()) or not addresses["jwks_uri"]:
        raise IssuerError("garbage")
    for url in filter(None, addresses.values()):
        refuse_address(url, issuer)
    methods = document.get("delivery_methods_supported", [])
    if not isinstance(methods, list):
        raise IssuerError("garbage")
    return Configuration(
        **addresses,
        delivery=frozenset(one for one in methods[:20] if isinstance(one, str)),
        has_all_subjects=document.get("default_subjects") != "NONE",
    )


def said_of(error: IssuerError) -> BrokenOffError:
    """What is shown of it: words of ours."""
    return BrokenOffError(WORDS.get(error.word, error.word))


def _about(endpoint: str, stream_id: str) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode({'stream_id': stream_id})}"


def _object(reply: Reply) -> Mapping[str, Any]:
    try:
        return object_in(reply.body)
    except NoReplyError as error:
        raise IssuerError(error.word) from None


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID * 2 and value.isprintable() and "\n" not in value
