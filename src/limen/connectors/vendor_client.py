"""The HTTP client for a vendor's API: JSON from one origin, bounded, patient where the vendor asks for patience.

No redirect is followed, nothing is unpacked, no cookie is kept, no proxy of the environment is used, and a link to the
next page leads nowhere but to the same origin. What a vendor answers is a stranger's: it is in no error and no log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from limen.errors import LimenError
from limen.ssrf_guard import is_forbidden

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver

ANSWER_SECONDS: Final = 60.0
MOST_BYTES: Final = 16 << 20
TRIES: Final = 5
LONGEST_WAIT_SECONDS: Final = 120.0
"""A vendor that asks for more is not waited for: the next turn comes."""
_WAITING: Final = frozenset({429, 502, 503, 504})
_LONGEST_URL: Final = 8_000
_PORTS: Final = {"https": 443, "http": 80}
_WORDS: Final = {
    "unreachable": "it can't be reached",
    "slow": "it did not answer in time",
    "off-limits": "its address is one that Limen does not connect to",
    "redirects": "it leads elsewhere",
    "refused": "it refused what was asked",
    "not-allowed": "it does not let Limen in: the secret, or what it may read, is not right",
    "throttled": "it asks to be left alone for longer than Limen waits",
    "too-much": "it answered more than Limen reads",
    "garbage": "its answer can't be understood",
    "no-secret": "no secret is stored for it and its address: `limen device source-secret` stores one",
}

Query = Sequence[tuple[str, str]]


class VendorError(LimenError):
    """A vendor did not answer as it must. `word` says how: one of `_WORDS`."""

    def __init__(self, word: str) -> None:
        super().__init__(_WORDS[word], "see docs/how-to/devices-from-elsewhere.md")
        self.word = word


class VendorClient:
    """Asks one origin. `resolver` finds addresses, none that is forbidden; `sleep` waits for so many seconds."""

    def __init__(
        self,
        origin: str,
        resolver: Callable[[], AbstractResolver],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._origin = origin.rstrip("/")
        self._resolver = resolver
        self._sleep = sleep
        self._client: aiohttp.ClientSession | None = None

    async def get(self, path: str, query: Query, token: str) -> Mapping[str, Any]:
        """The JSON object at a path of the origin. Raises VendorError."""
        return await self._patiently("GET", f"{self._origin}{path}", query, None, token)

    async def get_link(self, url: str, token: str) -> Mapping[str, Any]:
        """The JSON object that a page of the vendor's links to. Raises VendorError where that is another origin."""
        if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or _place(url) != _place(self._origin):
            raise VendorError("garbage")
        return await self._patiently("GET", url, (), None, token)

    async def post_form(self, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object that this form is answered with. Raises VendorError."""
        return await self._patiently("POST", f"{self._origin}{path}", (), form, "")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    # Inside

    async def _patiently(
        self, method: str, url: str, query: Query, form: Mapping[str, str] | None, token: str
    ) -> Mapping[str, Any]:
        """Ask again where the vendor says to (RFC 6585 section 4, RFC 9110 section 10.2.3), a few times."""
        for tried in range(TRIES):
            status, body, wait = await self._once(method, url, query, form, token)
            if status == 200:
                return _object_in(body)
            if status not in _WAITING:
                raise VendorError(_word_of(status))
            seconds = 2.0**tried if wait is None else wait
            if seconds > LONGEST_WAIT_SECONDS:
                raise VendorError("throttled")
            if tried + 1 < TRIES:
                await self._sleep(seconds)
        raise VendorError("throttled" if status == 429 else "refused")

    async def _once(
        self, method: str, url: str, query: Query, form: Mapping[str, str] | None, token: str
    ) -> tuple[int, bytes, float | None]:
        """The status, the body, and after how many seconds to ask again where that was said."""
        import aiohttp  # noqa: PLC0415 -- heavy, and only who has such a source needs it
        from yarl import URL  # noqa: PLC0415 -- as above

        host = urlsplit(url).hostname or ""
        if is_forbidden(host):
            raise VendorError("off-limits")
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        where = URL(url, encoded=True) if not query else URL(url).with_query(list(query))
        try:
            async with self._opened().request(
                method, where, data=form, headers=headers, allow_redirects=False
            ) as response:
                return response.status, await _body(response), _seconds(response.headers.get("retry-after", ""))
        except TimeoutError:
            raise VendorError("slow") from None
        except LimenError as error:
            raise error if isinstance(error, VendorError) else VendorError("off-limits") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise VendorError("off-limits" if _is_off_limits(error) else "unreachable") from None

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415 -- as above

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=self._resolver(), use_dns_cache=False, limit=2),
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._client


def listed(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects that an answer has under this name. Raises VendorError where there are none to read."""
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise VendorError("garbage")
    return found


def text_in(answer: Mapping[str, Any], name: str, longest: int = 8_000) -> str:
    """The text that an answer has under this name. Raises VendorError where it has none."""
    found = answer.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= longest or not found.isascii() or not found.isprintable():
        raise VendorError("garbage")
    return found


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise VendorError("garbage")
    read = bytearray()
    async for some in response.content.iter_chunked(65_536):
        read += some
        if len(read) > MOST_BYTES:
            raise VendorError("too-much")
    return bytes(read)


def _word_of(status: int) -> str:
    if 300 <= status < 400:
        return "redirects"
    return "not-allowed" if status in {400, 401, 403} else "refused"


def _seconds(written: str) -> float | None:
    """`Retry-After` in seconds; a date, or anything else, is as if it was not there."""
    return float(written) if written.isascii() and written.isdigit() and len(written) < 9 else None


def _object_in(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise VendorError("garbage") from None
    if not isinstance(found, dict):
        raise VendorError("garbage")
    return found


def _place(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return None if "@" in parts.netloc else (parts.scheme, (parts.hostname or "").rstrip("."), port)


def _is_off_limits(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, LimenError):
            return True
        error = error.__cause__ or error.__context__
    return False
