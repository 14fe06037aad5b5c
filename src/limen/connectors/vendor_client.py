"""The HTTP client for a vendor's API: one origin, bounded, patient where the vendor asks for patience.

A link to the next page leads nowhere but to the same origin (see `limen.guarded_http` for what holds of every server).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from limen.connectors.retry_after import LONGEST_WAIT_SECONDS, TRIES, asks_to_wait, seconds_to_wait
from limen.errors import LimenError
from limen.extras import how_to_install
from limen.guarded_http import GuardedHttp, NoReplyError, Query, Reply, object_in, origin_of, split

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

ANSWER_SECONDS: Final = 60.0
MOST_BYTES: Final = 16 << 20
SENT: Final = frozenset({200, 201, 202, 204})
"""How what was sent is answered where it was done."""
_FOUND: Final = frozenset({200})
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
    "wrong-secret": "what is stored as its secret is not of the kind that it needs",
    "not-installed": f"Limen lacks a package for it: {how_to_install('aws')}",
    "lacks-ldap": f"Limen lacks a package for it: {how_to_install('ldap')}",
    "changed": "somebody else changed it at the same time: what they did was left",
    "unfinished": "it began what was asked, and did not end it in time",
    "untrusted": "its certificate is not one that Limen trusts for this name",
    "no-account": "nobody there has this email address",
    "several-accounts": "several accounts there have this email address",
    "other-account": "another account there has this email address than before",
    "no-group": "there is no such group",
    "account-taken": "another account there has this name already",
    "did-not": "it says that it did what was asked, and it did not",
    "repeats": "its list of accounts repeats itself or leaves some out, so what it has is not known",
    "nobody": "it shows nobody at all where people should be: Limen may not read them any more",
    "hidden-accounts": "it does not show whether accounts are disabled: Limen may not read userAccountControl",
    "hidden-members": "it does not show who is in a group: Limen may not read its members",
    "no-base": "there is no entry of the name below which was searched, or Limen may not see it",
    "cut-short": "it ended its answer before the end, by a limit of its own: who is missing can't be known",
    "last-member": "it lets no group be without a member: put one into it that stays, and name it as standing",
}


class VendorError(LimenError):
    """A vendor did not answer as it must. `word` says how: one of `_WORDS`; `status` is HTTP's, 0 for none.

    `wait_seconds` is how long it asks to be left alone, 0 where it does not.
    """

    def __init__(self, word: str, status: int = 0, wait_seconds: float = 0.0) -> None:
        super().__init__(_WORDS[word], "see the guide to this source in docs/how-to")
        self.word = word
        self.status = status
        self.wait_seconds = wait_seconds


class VendorClient:
    """Asks one origin, or what lies below a path of it. `resolver` finds addresses, none that is forbidden; `sleep`
    waits for so many seconds. Where the vendor asks to wait it is asked `tries` times in all.
    """

    def __init__(
        self,
        origin: str,
        resolver: Callable[[], AbstractResolver],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        tries: int = TRIES,
    ) -> None:
        self.origin = origin.rstrip("/")
        self._sleep = sleep
        self._tries = tries
        self._http = GuardedHttp(resolver, seconds=ANSWER_SECONDS, most_bytes=MOST_BYTES)

    # Objects

    async def get(self, path: str, query: Query, token: str) -> Mapping[str, Any]:
        """The JSON object at a path of the origin. Raises VendorError."""
        return object_of(await self.reply(path, query, bearer(token)))

    async def get_link(self, url: str, token: str) -> Mapping[str, Any]:
        """The JSON object that a page of the vendor's links to. Raises VendorError where that is another origin."""
        return object_of(await self.reply_to_link(url, bearer(token)))

    async def post_form(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """The JSON object that this form is answered with. Raises VendorError."""
        return object_of(await self._patiently("POST", f"{self.origin}{path}", (), form, headers or {}))

    # Whatever is answered with 200

    async def reply(
        self, path: str, query: Query, headers: Mapping[str, str], *, method: str = "GET", may_be_packed: bool = False
    ) -> Reply:
        """What stands at a path of the origin. Raises VendorError."""
        return await self._patiently(method, f"{self.origin}{path}", query, None, headers, may_be_packed=may_be_packed)

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None,
        headers: Mapping[str, str],
        *,
        query: Query = (),
        fine: frozenset[int] = SENT,
        may_be_packed: bool = False,
    ) -> Reply:
        """What a JSON object (None: nothing; bytes: as they are) sent to a path is answered with: a status in `fine`.

        It may be sent more than once. Raises VendorError.
        """
        written = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {**({} if written is None else {"content-type": "application/json"}), **headers}
        return await self._patiently(
            method, f"{self.origin}{path}", query, None, sent, may_be_packed=may_be_packed, body=written, fine=fine
        )

    async def reply_to_link(self, url: str, headers: Mapping[str, str]) -> Reply:
        """What a page of the vendor's links to. Raises VendorError where that is another origin."""
        return await self._patiently("GET", self.own_link(url), (), None, headers)

    def own_link(self, url: str) -> str:
        """The address, where it is one of the origin. Raises VendorError where it is another, or none."""
        parts = split(url, _LONGEST_URL)
        if parts is None or origin_of(parts) != origin_of(urlsplit(self.origin)):
            raise VendorError("garbage")
        return url

    async def pause(self, seconds: float) -> None:
        """Wait before the vendor is asked again."""
        await self._sleep(seconds)

    async def close(self) -> None:
        await self._http.close()

    # Inside

    async def _patiently(
        self,
        method: str,
        url: str,
        query: Query,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str],
        *,
        may_be_packed: bool = False,
        body: bytes | None = None,
        fine: frozenset[int] = _FOUND,
    ) -> Reply:
        """Ask again where the vendor says to (RFC 6585 section 4, RFC 9110 section 10.2.3), a few times."""
        sent = {"accept": "application/json", **headers}
        status, seconds = 0, 0.0
        try:
            for tried in range(self._tries):
                reply = await self._http.ask(
                    method, url, sent, query=query, form=form, body=body, may_be_packed=may_be_packed
                )
                status = reply.status
                if status in fine:
                    return reply
                if not asks_to_wait(reply):
                    raise VendorError(_word_of(status), status)
                seconds = seconds_to_wait(reply, tried)
                if seconds > LONGEST_WAIT_SECONDS:
                    raise VendorError("throttled", status, seconds)
                if tried + 1 < self._tries:
                    await self._sleep(seconds)
        except NoReplyError as error:
            raise VendorError(error.word) from None
        raise VendorError("refused" if status >= 500 else "throttled", status, seconds)


@asynccontextmanager
async def closing_clients(client: Callable[[str], VendorClient]) -> AsyncIterator[Callable[[str], VendorClient]]:
    """`client`, which makes one for an origin; each that is made within the block is closed with it."""
    async with AsyncExitStack() as closing:

        def opened(origin: str) -> VendorClient:
            made = client(origin)
            closing.push_async_callback(made.close)
            return made

        yield opened


def bearer(token: str) -> dict[str, str]:
    """How a token is sent (RFC 6750 section 2.1); "": nothing is."""
    return {"authorization": f"Bearer {token}"} if token else {}


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


def object_of(reply: Reply) -> Mapping[str, Any]:
    """The JSON object that was answered. Raises VendorError where it is none."""
    try:
        return object_in(reply.body)
    except NoReplyError as error:
        raise VendorError(error.word, reply.status) from None


def _word_of(status: int) -> str:
    if 300 <= status < 400:
        return "redirects"
    return "not-allowed" if status in {400, 401, 403} else "refused"
