"""Calling an issuer: one small document at a time, from where it may be, and nothing else of what it sends.

Whoever runs an issuer writes the addresses of its endpoints, so they are judged as a stranger's: at the issuer's own
origin, which the company wrote itself, or on the public internet. A name is judged by what it leads to, and the
connection goes to just that.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from limen.clock import SECOND, Instant
from limen.errors import LimenError
from limen.guarded_http import GuardedHttp, NoReplyError, Reply, object_in, origin_of, split
from limen.ssrf_guard import is_forbidden, is_public

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

ANSWER_SECONDS: Final = 5.0
MOST_BYTES: Final = 256 * 1024
LONGEST_URL: Final = 1_000
_JSON: Final = {"accept": "application/json"}
_METADATA: Final = {"accept": "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9"}
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class IssuerError(LimenError):
    """An issuer did not answer as it must. `word` says how, for the journal: a word of ours.

    unreachable · slow · off-limits · redirects · refused · too-much · garbage
    """

    def __init__(self, word: str) -> None:
        super().__init__("The sign-in service didn't answer as it should", "try again, or sign in another way")
        self.word = word


class Fetching:
    """The HTTP client for one issuer, whose own address this is. `resolver` finds addresses, none that is forbidden."""

    def __init__(self, issuer: str, resolver: Callable[[], AbstractResolver]) -> None:
        self._issuer = issuer
        self.said_at: Instant = 0
        """What the issuer's clock said in its last answer (RFC 9110 section 6.6.1); 0 where it said nothing."""
        _, host, port = origin_of(urlsplit(issuer))
        self._http = GuardedHttp(
            lambda: _judging(resolver(), (host, port)), seconds=ANSWER_SECONDS, most_bytes=MOST_BYTES
        )

    async def get(self, url: str, headers: Mapping[str, str] = _NONE) -> Mapping[str, Any]:
        """The JSON object there. Raises IssuerError."""
        return _object_in(await self._fetch("GET", url, None, {**_JSON, **headers}))

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object that this form is answered with. Raises IssuerError."""
        return _object_in(await self._fetch("POST", url, form, {**_JSON, **headers}))

    async def get_metadata(self, url: str) -> bytes:
        """The octets there, of whoever publishes metadata of SAML. Raises IssuerError."""
        return await self._fetch("GET", url, None, _METADATA)

    async def send(
        self, method: str, url: str, document: Mapping[str, Any] | None, headers: Mapping[str, str] = _NONE
    ) -> Reply:
        """What this document of JSON (None: nothing) is answered with, of any status but a redirect's. Raises
        IssuerError.
        """
        body = None if document is None else msgspec.json.encode(document)
        sent = {} if body is None else {"content-type": "application/json"}
        return await self._ask(method, url, {**_JSON, **sent, **headers}, body=body)

    async def close(self) -> None:
        await self._http.close()

    async def _fetch(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> bytes:
        reply = await self._ask(method, url, headers, form=form)
        if reply.status != 200:
            raise IssuerError("refused")
        return reply.body

    async def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        refuse_address(url, self._issuer)
        try:
            reply = await self._http.ask(method, url, headers, form=form, body=body)
        except NoReplyError as error:
            raise IssuerError(error.word) from None
        self.said_at = _date_of(reply.headers.get("date", ""))
        if 300 <= reply.status < 400:
            raise IssuerError("redirects")
        return reply


def refuse_address(url: str, issuer: str) -> None:
    """Raises IssuerError unless `url` may be an endpoint of this issuer, as far as its text tells."""
    parts = split(url, LONGEST_URL)
    if parts is None or parts.fragment:
        raise IssuerError("garbage")
    is_own = origin_of(parts) == origin_of(urlsplit(issuer))
    host = parts.hostname or ""
    if is_forbidden(host) or (not is_own and (parts.scheme != "https" or _is_private_literal(host))):
        raise IssuerError("off-limits")


def _is_private_literal(host: str) -> bool:
    """An address in whatever way of writing that is not public, or a name that never leaves this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    looks_like_one = ":" in host or host.rstrip(".").rpartition(".")[2][:1].isdigit()
    return looks_like_one and not is_public(host)


def _date_of(written: str) -> Instant:
    try:
        return int(parsedate_to_datetime(written).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return 0


def _object_in(body: bytes) -> Mapping[str, Any]:
    try:
        return object_in(body)
    except NoReplyError as error:
        raise IssuerError(error.word) from None


def _judging(resolver: AbstractResolver, own: tuple[str, int]) -> AbstractResolver:
    """`resolver`, but for any place other than the issuer's own it gives public addresses only."""
    from aiohttp.abc import AbstractResolver, ResolveResult  # noqa: PLC0415 -- as above

    class Judging(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            found = await resolver.resolve(host, port, family)
            if (host.rstrip("."), port) != own and not all(is_public(one["host"]) for one in found):
                raise IssuerError("off-limits")
            return found

        async def close(self) -> None:
            await resolver.close()

    return Judging()
