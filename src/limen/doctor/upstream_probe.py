"""Asks each app's upstream as the gateway would: connects, verifies the certificate, and follows its redirects."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from limen.clock import Instant
from limen.doctor.environment import Environment
from limen.doctor.http_client import NoAnswerError, Reply, Target, ask
from limen.enforcement.answers import app_origin
from limen.facts import App
from limen.ssrf_guard import is_forbidden

AT_ONCE: Final = 20
MOST_REDIRECTS: Final = 8
MOST_APPS: Final = 500
LONGEST_PATH: Final = 2_000
LONGEST_COOKIES: Final = 8_000


@dataclass(frozen=True, slots=True)
class Reached:
    """How an upstream answered: its last reply, or why there is none. `is_loop`: its redirects lead in a circle.

    `astray` is where a redirect leads that goes past Limen, to the upstream's own address; "" where none does.
    `asked_at` is when the last reply came. `address` is where it was asked, "" where its name led nowhere.
    """

    reply: Reply | None = None
    wrong: NoAnswerError | None = None
    unresolved: str = ""
    is_loop: bool = False
    astray: str = ""
    asked_at: Instant = 0
    address: str = ""


async def reach_all(apps: Iterable[App], public_url: str, outside: Environment) -> Mapping[str, Reached]:
    """By app id; no more than 20 at once."""
    gate = asyncio.Semaphore(AT_ONCE)
    found: dict[str, Reached] = {}

    async def one(app: App) -> None:
        async with gate:
            reached = await reach(app, public_url, outside)
            found[app.id] = replace(reached, asked_at=outside.now())

    chosen = [app for app in apps if app.upstream.url][:MOST_APPS]
    await asyncio.gather(*(one(app) for app in chosen))
    return found


async def reach(app: App, public_url: str, outside: Environment) -> Reached:
    """Ask for the app's start page as a browser behind Limen would, redirects on its own host included."""
    upstream = urlsplit(app.upstream.url)
    try:
        (address, *others) = await outside.resolve(upstream.hostname or "")
    except (OSError, ValueError) as error:
        return Reached(unresolved=getattr(error, "strerror", "") or "no address")
    if any(is_forbidden(one) for one in (upstream.hostname or "", address, *others)):
        return Reached(wrong=NoAnswerError("off-limits"))
    try:
        target = _target(app, upstream, address, outside)
    except OSError:
        return Reached(wrong=NoAnswerError("ca-file"))
    return replace(await _follow(app, upstream, target, public_url), address=address)


async def _follow(app: App, upstream: SplitResult, target: Target, public_url: str) -> Reached:
    """Ask, and go where the app's own redirects lead, until they lead elsewhere or in a circle."""
    origin = app_origin(app.host, public_url)
    seen, here = set[tuple[str, str]](), origin + app.start
    reply: Reply | None = None
    cookies: dict[str, str] = {}
    while (here, _cookie(cookies)) not in seen and len(seen) < MOST_REDIRECTS:
        seen.add((here, _cookie(cookies)))
        try:
            reply = await ask(target, _path(here), {**_headers(app, upstream, public_url), **_with_cookie(cookies)})
        except NoAnswerError as wrong:
            return Reached(wrong=wrong) if reply is None else Reached(reply)
        cookies |= {one.partition("=")[0]: one for one in reply.cookies}
        onward = _onward(here, reply)
        if onward is None:
            return Reached(reply)
        if _netloc(onward) == upstream.netloc and upstream.netloc != _netloc(origin):
            return Reached(reply, astray=onward)
        if _netloc(onward) != _netloc(origin):
            return Reached(reply)
        here = onward
    return Reached(reply, is_loop=True)


def _target(app: App, upstream: SplitResult, address: str, outside: Environment) -> Target:
    is_https = upstream.scheme == "https"
    return Target(
        address=address,
        port=upstream.port or (443 if is_https else 80),
        name=app.upstream.server_name or upstream.hostname or "",
        trust=outside.trust(app.upstream.ca_file) if is_https else None,
    )


def _headers(app: App, upstream: SplitResult, public_url: str) -> dict[str, str]:
    own = _netloc(app_origin(app.host, public_url))
    return {
        "Host": own if app.upstream.keep_host else upstream.netloc,
        "X-Forwarded-Host": own,
        "X-Forwarded-Proto": urlsplit(public_url).scheme,
    }


def _cookie(cookies: Mapping[str, str]) -> str:
    """What was set on the way: an app that tries whether its cookies come back would else lead in a circle."""
    line = "; ".join(cookies.values())
    return line if len(line) <= LONGEST_COOKIES and line.isascii() and line.isprintable() else ""


def _with_cookie(cookies: Mapping[str, str]) -> dict[str, str]:
    line = _cookie(cookies)
    return {"Cookie": line} if line else {}


def _onward(here: str, reply: Reply) -> str | None:
    """Where the browser would go next; None where it would stay."""
    if reply.status not in {301, 302, 303, 307, 308} or not reply.location:
        return None
    try:
        onward = urljoin(here, reply.location)
        parts = urlsplit(onward)
        is_followed = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(onward) <= LONGEST_PATH
    except ValueError:
        return None
    return onward if is_followed else None


def _netloc(url: str) -> str:
    """Host and port, for a comparison that takes http and https on one host for the same place."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _path(url: str) -> str:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return "".join(one if "!" <= one <= "~" else "%20" for one in path)[:LONGEST_PATH]
