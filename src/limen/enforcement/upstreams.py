"""The apps behind the gateway: one HTTP client for all, each app's certificate verified as `apps.yaml` says."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Final

from limen.enforcement.headers import Fields
from limen.errors import LimenError
from limen.facts import App
from limen.messages import gettext_noop
from limen.ssrf_guard import ForbiddenAddressError, refuse

if TYPE_CHECKING:
    import aiohttp

MAX_FIELD_BYTES = 65_536
NO_POOL: Final = 0
"""Connections are not counted here: admission bounds the requests that each of them carries, by whose they are. A pool
for all would let a few people who fill it make everybody else wait.
"""


_LATER: Final = gettext_noop("try again in a minute; if this continues, tell the app's owner")
_NOT_BELIEVED: Final = (
    gettext_noop("{app} can't be reached safely: its certificate is not the expected one"),
    gettext_noop("tell the app's owner; nothing was sent to it"),
)
_OFF_LIMITS: Final = (
    gettext_noop("{app} can't be reached: its configured address is not one that an app may have"),
    gettext_noop("tell the app's owner; nothing was sent to it"),
)


class UpstreamError(LimenError):
    """The app did not answer. `status` is 502, or 504 when it took too long; `word` goes into the journal."""

    def __init__(self, status: int, word: str, what: str, fix: str, *, app: str) -> None:
        super().__init__(what, fix, app=app)
        self.status = status
        self.word = word


class Upstreams:
    """Opens requests to apps. The client is made when it is first needed, on the loop that needs it."""

    def __init__(self) -> None:
        self._client: aiohttp.ClientSession | None = None
        self._contexts: dict[str, ssl.SSLContext] = {}

    async def open(
        self, app: App, method: str, target: str, fields: Fields, body: AsyncIterable[bytes] | None
    ) -> aiohttp.ClientResponse:
        """Send a request on and wait for the head of its response. Nothing is followed, unpacked or remembered.

        Raises UpstreamError.
        """
        import aiohttp  # noqa: PLC0415 -- heavy, and only the gateway needs it
        from multidict import CIMultiDict  # noqa: PLC0415 -- heavy
        from yarl import URL  # noqa: PLC0415 -- heavy

        upstream = app.upstream
        headers = CIMultiDict((name.decode("ascii"), text_of(value)) for name, value in fields)
        there = URL(upstream.url.rstrip("/") + target, encoded=True)
        try:
            refuse(there.raw_host or "", app.id)
            return await self._session().request(
                method,
                there,
                headers=headers,
                data=body,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                ssl=self.context(app) or True,
                server_hostname=(upstream.server_name or None) if upstream.url.startswith("https:") else None,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    connect=None,
                    sock_connect=upstream.connect_ms / 1_000,
                    sock_read=upstream.response_ms / 1_000,
                ),
            )
        except ForbiddenAddressError:
            raise forbidden(app) from None
        except aiohttp.ServerTimeoutError:
            raise too_slow(app) from None
        except aiohttp.ClientSSLError as wrong:
            raise UpstreamError(502, f"upstream-tls-{type(wrong).__name__}", *_NOT_BELIEVED, app=app.name) from None
        except (aiohttp.ClientError, OSError) as wrong:
            raise unreachable(app, type(wrong).__name__) from None

    def context(self, app: App) -> ssl.SSLContext | None:
        """How the upstream's certificate is verified; None for plain http. Raises UpstreamError."""
        upstream = app.upstream
        if not upstream.url.startswith("https:"):
            return None
        context = self._contexts.get(upstream.ca_file)
        if context is None:
            try:
                context = ssl.create_default_context(cafile=upstream.ca_file or None)
            except OSError as wrong:
                raise UpstreamError(502, "upstream-ca-unreadable", *_NOT_BELIEVED, app=app.name) from wrong
            self._contexts[upstream.ca_file] = context
        return context

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415 -- heavy

        from limen.enforcement.resolving import Resolver  # noqa: PLC0415 -- heavy

        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=NO_POOL, ttl_dns_cache=10, resolver=Resolver()),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=MAX_FIELD_BYTES,
                max_field_size=MAX_FIELD_BYTES,
            )
        return self._client


def unreachable(app: App, how: str) -> UpstreamError:
    return UpstreamError(
        502,
        f"upstream-{how}",
        gettext_noop("{app} can't be reached: Limen granted access, but the app isn't responding"),
        _LATER,
        app=app.name,
    )


def forbidden(app: App) -> UpstreamError:
    return UpstreamError(502, "upstream-off-limits", *_OFF_LIMITS, app=app.name)


def too_slow(app: App) -> UpstreamError:
    return UpstreamError(
        504, "upstream-timeout", gettext_noop("{app} is taking too long to respond"), _LATER, app=app.name
    )


def text_of(value: bytes) -> str:
    """A field value as the client library wants it; it is written out again as UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
