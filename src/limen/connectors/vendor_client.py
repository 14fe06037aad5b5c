"""The HTTP client for a vendor's API: JSON from one origin, bounded, patient where the vendor asks for patience.

A link to the next page leads nowhere but to the same origin (see `limen.guarded_http` for what holds of every server).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from limen.errors import LimenError
from limen.guarded_http import GuardedHttp, NoReplyError, Query, object_in, origin_of, split

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

ANSWER_SECONDS: Final = 60.0
MOST_BYTES: Final = 16 << 20
TRIES: Final = 5
LONGEST_WAIT_SECONDS: Final = 120.0
"""A vendor that asks for more is not waited for: the next turn comes."""
_WAITING: Final = frozenset({429, 502, 503, 504})
_LONGEST_URL: Final = 8_000
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
        self._sleep = sleep
        self._http = GuardedHttp(resolver, seconds=ANSWER_SECONDS, most_bytes=MOST_BYTES)

    async def get(self, path: str, query: Query, token: str) -> Mapping[str, Any]:
        """The JSON object at a path of the origin. Raises VendorError."""
        return await self._patiently("GET", f"{self._origin}{path}", query, None, token)

    async def get_link(self, url: str, token: str) -> Mapping[str, Any]:
        """The JSON object that a page of the vendor's links to. Raises VendorError where that is another origin."""
        parts = split(url, _LONGEST_URL)
        if parts is None or origin_of(parts) != origin_of(urlsplit(self._origin)):
            raise VendorError("garbage")
        return await self._patiently("GET", url, (), None, token)

    async def post_form(self, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object that this form is answered with. Raises VendorError."""
        return await self._patiently("POST", f"{self._origin}{path}", (), form, "")

    async def close(self) -> None:
        await self._http.close()

    # Inside

    async def _patiently(
        self, method: str, url: str, query: Query, form: Mapping[str, str] | None, token: str
    ) -> Mapping[str, Any]:
        """Ask again where the vendor says to (RFC 6585 section 4, RFC 9110 section 10.2.3), a few times."""
        headers = {"accept": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        status = 0
        try:
            for tried in range(TRIES):
                reply = await self._http.ask(method, url, headers, query=query, form=form)
                status = reply.status
                if status == 200:
                    return object_in(reply.body)
                if status not in _WAITING:
                    raise VendorError(_word_of(status))
                wait = _seconds(reply.headers.get("retry-after", ""))
                seconds = 2.0**tried if wait is None else wait
                if seconds > LONGEST_WAIT_SECONDS:
                    raise VendorError("throttled")
                if tried + 1 < TRIES:
                    await self._sleep(seconds)
        except NoReplyError as error:
            raise VendorError(error.word) from None
        raise VendorError("throttled" if status == 429 else "refused")


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


def _word_of(status: int) -> str:
    if 300 <= status < 400:
        return "redirects"
    return "not-allowed" if status in {400, 401, 403} else "refused"


def _seconds(written: str) -> float | None:
    """`Retry-After` in seconds; a date, or anything else, is as if it was not there."""
    return float(written) if written.isascii() and written.isdigit() and len(written) < 9 else None
