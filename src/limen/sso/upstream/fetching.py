"""Calling an issuer: one small document at a time, from where it may be, and nothing else of what it sends.

Whoever runs an issuer writes the addresses of its endpoints, so they are judged as a stranger's: at the issuer's own
origin, which the company wrote itself, or on the public internet. A name is judged by what it leads to, and the
connection goes to just that. No redirect is followed, nothing is unpacked, no cookie is kept.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from limen.clock import SECOND, Instant
from limen.errors import LimenError
from limen.ssrf_guard import is_forbidden, is_public

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver

ANSWER_SECONDS: Final = 5.0
MOST_BYTES: Final = 256 * 1024
LONGEST_URL: Final = 1_000
_JSON: Final = {"accept": "application/json"}
_METADATA: Final = {"accept": "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9"}
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_LONGEST_LINE: Final = 8_190
_PORTS: Final = {"https": 443, "http": 80}


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
        self._resolver = resolver
        self._client: aiohttp.ClientSession | None = None

    async def get(self, url: str, headers: Mapping[str, str] = _NONE) -> Mapping[str, Any]:
        """The JSON object there. Raises IssuerError."""
        return _object_in(await self._fetch("GET", url, None, {**_JSON, **headers}))

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object that this form is answered with. Raises IssuerError."""
        return _object_in(await self._fetch("POST", url, form, {**_JSON, **headers}))

    async def get_metadata(self, url: str) -> bytes:
        """The octets there, of whoever publishes metadata of SAML. Raises IssuerError."""
        return await self._fetch("GET", url, None, _METADATA)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _fetch(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> bytes:
        import aiohttp  # noqa: PLC0415 -- heavy, and only who signs in by an issuer needs it

        refuse_address(url, self._issuer)
        try:
            async with self._opened().request(
                method, url, data=form, headers={"accept-encoding": "identity", **headers}, allow_redirects=False
            ) as response:
                self.said_at = _date_of(response)
                return await _body(response)
        except TimeoutError:
            raise IssuerError("slow") from None
        except LimenError as error:
            raise error if isinstance(error, IssuerError) else IssuerError("off-limits") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise IssuerError("off-limits" if _is_off_limits(error) else "unreachable") from None

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415 -- as above

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_judging(self._resolver(), _place(urlsplit(self._issuer))),
                    use_dns_cache=False,
                    force_close=True,
                ),
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
            )
        return self._client


def refuse_address(url: str, issuer: str) -> None:
    """Raises IssuerError unless `url` may be an endpoint of this issuer, as far as its text tells."""
    parts, own = _split(url), urlsplit(issuer)
    if parts is None or "@" in parts.netloc or parts.fragment:
        raise IssuerError("garbage")
    is_own = (parts.scheme, _place(parts)) == (own.scheme, _place(own))
    host = parts.hostname or ""
    if is_forbidden(host) or (not is_own and (parts.scheme != "https" or _is_private_literal(host))):
        raise IssuerError("off-limits")


def _split(url: str) -> SplitResult | None:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None


def _place(parts: SplitResult) -> tuple[str, int]:
    return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme, 0)


def _is_private_literal(host: str) -> bool:
    """An address in whatever way of writing that is not public, or a name that never leaves this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    looks_like_one = ":" in host or host.rstrip(".").rpartition(".")[2][:1].isdigit()
    return looks_like_one and not is_public(host)


def _date_of(response: aiohttp.ClientResponse) -> Instant:
    try:
        return int(parsedate_to_datetime(response.headers.get("date", "")).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return 0


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The octets of an answer, of bounded number. Raises IssuerError."""
    if 300 <= response.status < 400:
        raise IssuerError("redirects")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise IssuerError("garbage")
    read = bytearray()
    async for some in response.content.iter_chunked(16_384):
        read += some
        if len(read) > MOST_BYTES:
            raise IssuerError("too-much")
    if response.status != 200:
        raise IssuerError("refused")
    return bytes(read)


def _object_in(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise IssuerError("garbage") from None
    if not isinstance(found, dict):
        raise IssuerError("garbage")
    return found


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


def _is_off_limits(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, LimenError):
            return True
        error = error.__cause__ or error.__context__
    return False
