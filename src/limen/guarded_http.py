"""The HTTP client for servers of others: one answer at a time, bounded, from where the SSRF guard lets it come.

No redirect is followed, nothing is unpacked, no cookie is kept, no proxy of the environment is used. What is answered
is a stranger's: it is in no error and no log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from limen.errors import LimenError
from limen.ssrf_guard import is_forbidden

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver
    from multidict import CIMultiDictProxy

_LONGEST_LINE: Final = 8_190
_CHUNK: Final = 65_536
_PORTS: Final = {"https": 443, "http": 80}

Query = Sequence[tuple[str, str]]


class NoReplyError(LimenError):
    """There is no answer that can be read. `word`: unreachable · slow · off-limits · too-much · garbage"""

    def __init__(self, word: str) -> None:
        super().__init__(f"a server did not answer as it must: {word}", "try again later")
        self.word = word


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of any status. `headers` are named as one likes, in upper or lower case; one that is sent several
    times is one list (RFC 9110 section 5.3).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedHttp:
    """Asks servers. `resolver` makes what finds their addresses, and raises LimenError for one that is forbidden.

    An answer has to be there whole within `seconds`, and is no longer than `most_bytes`.
    """

    def __init__(self, resolver: Callable[[], AbstractResolver], *, seconds: float, most_bytes: int) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._client: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        query: Query = (),
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        may_be_packed: bool = False,
    ) -> Reply:
        """Raises NoReplyError. A `url` without `query` is sent as it is written; of `form` and `body` there is one.

        `may_be_packed`: the reply's body is taken as it is sent, whatever its Content-Encoding says.
        """
        import aiohttp  # noqa: PLC0415 -- heavy, and no start waits for it
        from yarl import URL  # noqa: PLC0415 -- as above

        try:
            where = URL(url).with_query(list(query)) if query else URL(url, encoded=True)
            if is_forbidden(where.host or ""):
                raise NoReplyError("off-limits")
            sent = {"accept-encoding": "identity", **headers}
            async with self._opened().request(
                method, where, data=form or body, headers=sent, allow_redirects=False
            ) as answer:
                if not may_be_packed and answer.headers.get("content-encoding", "identity") != "identity":
                    raise NoReplyError("garbage")
                return Reply(answer.status, _as_lists(answer.headers), await self._body(answer))
        except TimeoutError:
            raise NoReplyError("slow") from None
        except LimenError as error:
            raise error if isinstance(error, NoReplyError) else NoReplyError("off-limits") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoReplyError("off-limits" if _is_off_limits(error) else "unreachable") from None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415 -- as above

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver(),
                    use_dns_cache=False,
                    force_close=True,  # each request goes to an address that was judged for it
                ),
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
            )
        return self._client

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        read = bytearray()
        async for some in answer.content.iter_chunked(_CHUNK):
            read += some
            if len(read) > self._most_bytes:
                raise NoReplyError("too-much")
        return bytes(read)


def _as_lists(headers: CIMultiDictProxy[str]) -> Mapping[str, str]:
    from multidict import CIMultiDict  # noqa: PLC0415 -- as above

    return CIMultiDict({name: ", ".join(headers.getall(name)) for name in headers})


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object that this is. Raises NoReplyError."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise NoReplyError("garbage") from None
    if not isinstance(found, dict):
        raise NoReplyError("garbage")
    return found


def split(url: str, longest: int) -> SplitResult | None:
    """The parts of an address that a stranger may have written; None where it is no plain one of http or https."""
    if len(url) > longest or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname and "@" not in parts.netloc else None


def origin_of(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port, each written in one way (RFC 6454 section 4)."""
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme, 0)


def _is_off_limits(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, LimenError):
            return True
        error = error.__cause__ or error.__context__
    return False
