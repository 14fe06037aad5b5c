"""A browser without a screen: keeps cookies per host, follows redirects, and finds `*.localhost` on this machine."""

from __future__ import annotations

import html
import json
import re
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    import aiohttp

MAX_HOPS: Final = 12
SILENCE_SECONDS: Final = 65.0
"""A stream says something every 20 s; three times nothing, and it is gone."""
TYPED: Final = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}
"""What browsers send where somebody typed the address or came by a bookmark (W3C Fetch Metadata)."""
_POSTS: Final = re.compile(r'<form method="post" action="([^"]+)" data-post>')
"""A form of Limen's that sends itself to an app."""
_HIDDEN: Final = re.compile(r'<input[^>]*\bname="([A-Za-z_]+)"[^>]*\bvalue="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser ended at. `hops` are the addresses it was sent on to, in order."""

    url: str
    status: int
    text: str
    headers: Mapping[str, str]
    hops: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """The hidden fields of the page's forms."""
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(self.text)}

    def json(self) -> Any:
        return json.loads(self.text)


class Browser:
    """One person's browser, at one address. `address` is what the trusted hop in front would say it is."""

    def __init__(self, client: aiohttp.ClientSession, address: str) -> None:
        self.address = address
        self._client = client
        self._cookies: dict[str, dict[str, str]] = {}

    async def open(self, url: str, *, method: str = "GET", body: bytes = b"") -> Page:
        """Go to `url` as somebody who typed it or followed a link, and on to wherever that leads."""
        return await self._follow(method, url, TYPED, body)

    async def submit(self, page: Page, path: str, fields: Mapping[str, str]) -> Page:
        """Send a form of `page`, its hidden fields with it."""
        sent = urlencode({"csrf": page.fields.get("csrf", ""), **fields}).encode()
        fetched = {"Sec-Fetch-Mode": "navigate", "Content-Type": "application/x-www-form-urlencoded"}
        return await self._follow("POST", urljoin(page.url, path), self._same_origin(page) | fetched, sent)

    async def call(self, page: Page, path: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Ask as a script on `page` does. Returns the JSON it is answered with."""
        sent = json.dumps({"csrf": page.fields.get("csrf", ""), **values}).encode()
        fetched = {"Sec-Fetch-Mode": "cors", "Content-Type": "application/json"}
        answered = await self.request("POST", urljoin(page.url, path), self._same_origin(page) | fetched, sent)
        found: dict[str, Any] = answered.json()
        return found

    async def fetch(self, method: str, url: str) -> Page:
        """Ask as a script on the app's own page does; follows nothing."""
        return await self.request(method, url, {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}, b"{}")

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Page:
        """One request and its answer; follows nothing."""
        host = urlsplit(url).netloc
        kept = self._cookies.setdefault(host, {})
        sent = {"X-Forwarded-For": self.address, "User-Agent": "Harbor demo", **headers}
        if kept:
            sent.setdefault("Cookie", self.cookies_for(host))
        async with self._client.request(
            method, url, headers=sent, data=body or None, allow_redirects=False
        ) as answered:
            for line in answered.headers.getall("Set-Cookie", []):
                self._keep(kept, line)
            return Page(url, answered.status, await answered.text("utf-8", "replace"), answered.headers)

    async def events(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[tuple[str, str]]:
        """Server-sent events, each by its name and its data, until the stream ends. Raises OSError where none begins.

        Comments, which say that it is still there, come as nothing.
        """
        import aiohttp  # noqa: PLC0415 -- heavy

        sent = {"X-Forwarded-For": self.address, "User-Agent": "Harbor demo", **headers}
        endless = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_SECONDS)
        async with self._client.get(url, headers=sent, timeout=endless, allow_redirects=False) as answered:
            if answered.status != 200:
                raise OSError(f"{urlsplit(url).path}: {answered.status}")
            name, data = "", ""
            async for line in answered.content:
                field, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif not field and name:
                    yield name, data
                    name, data = "", ""

    def forget_others(self, home: str) -> None:
        """Drop the cookies of every host but that of `home`: each app is started anew, as after a proof of a device."""
        kept = urlsplit(home).netloc
        self._cookies = {host: cookies for host, cookies in self._cookies.items() if host == kept}

    def cookies_for(self, host: str) -> str:
        """The Cookie field that this browser sends to `host` (with its port)."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.get(host, {}).items())

    async def _follow(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Page:
        hops: list[str] = []
        page = await self.request(method, url, headers, body)
        while page.status in {301, 302, 303, 307, 308} or _refresh(page) or _posts_to(page):
            if len(hops) >= MAX_HOPS:
                raise LoopError(hops)
            hops.append(_posts_to(page) or urljoin(page.url, _refresh(page) or page.headers["Location"]))
            sent = TYPED | {"Sec-Fetch-Site": "same-site"}
            if _posts_to(page):
                form = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Origin": self._same_origin(page)["Origin"],
                }
                page = await self.request("POST", hops[-1], sent | form, urlencode(page.fields).encode())
            else:
                page = await self.request("GET", hops[-1], sent)
        return Page(page.url, page.status, page.text, page.headers, tuple(hops))

    @staticmethod
    def _same_origin(page: Page) -> dict[str, str]:
        url = urlsplit(page.url)
        return {"Origin": f"{url.scheme}://{url.netloc}", "Sec-Fetch-Site": "same-origin"}

    @staticmethod
    def _keep(kept: dict[str, str], line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                kept.pop(name, None)
            else:
                kept[name] = morsel.value


class LoopError(Exception):
    """A browser was sent round in a circle."""

    def __init__(self, hops: list[str]) -> None:
        super().__init__(f"redirected {len(hops)} times, last to {urlsplit(hops[-1]).path}")


def _refresh(page: Page) -> str:
    """Where a page of ours goes on to by itself (`<meta http-equiv="refresh">`), or ""."""
    found = re.search(r'<meta http-equiv="refresh" content="\d+;\s*url=([^"]+)"', page.text[:4_096])
    return html.unescape(found[1]) if found else ""


def _posts_to(page: Page) -> str:
    """Where a page of ours sends its form by itself, or ""."""
    found = _POSTS.search(page.text)
    return html.unescape(found[1]) if found else ""


class Network:
    """What all browsers of the demo share: connections that only ever lead to this machine."""

    def __init__(self) -> None:
        import aiohttp  # noqa: PLC0415 -- heavy
        from aiohttp.abc import AbstractResolver, ResolveResult  # noqa: PLC0415

        class Loopback(AbstractResolver):
            async def resolve(
                self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
            ) -> list[ResolveResult]:
                del family
                if host != "localhost" and not host.endswith(".localhost"):
                    raise OSError(f"{host} is not on this machine")
                return [
                    ResolveResult(
                        hostname=host,
                        host="127.0.0.1",
                        port=port,
                        family=socket.AF_INET,
                        proto=0,
                        flags=socket.AI_NUMERICHOST,
                    )
                ]

            async def close(self) -> None:
                return

        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=Loopback(), limit=32),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=30),
        )

    def browser(self, address: str) -> Browser:
        return Browser(self._client, address)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
