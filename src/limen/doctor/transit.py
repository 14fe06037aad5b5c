"""How what apps are sent is encrypted on both legs: from browsers to Limen, and from Limen to the app.

Certificates that end, and upstreams without encryption, are found by `certificate` and `apps`; here they are shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from limen.clock import to_iso
from limen.doctor.certificate_reading import Encryption, Served
from limen.doctor.http_client import NoAnswerError, Target, greeted, old_version
from limen.doctor.setup import Setup
from limen.doctor.upstream_probe import Reached
from limen.enforcement.addresses import is_plain_http
from limen.facts import App
from limen.finding import Finding, State

NAME: Final = "in transit"
AT_ONCE: Final = 10
MOST_APPS: Final = 60
_GOOD_VERSIONS: Final = frozenset({"TLSv1.2", "TLSv1.3"})
_FEWEST_BITS: Final = {"RSA": 2048, "EC": 224}
_BROKEN_HASHES: Final = frozenset({"md5", "sha1"})
_FIX: Final = {
    "browsers": "change the TLS settings of what ends https in front of Limen",
    "app": "change the TLS settings of the app",
}


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg as it was measured. `said` is what a person reads of it, `weak` what is wrong with it.

    `is_known`: it could be measured, or needs no measuring.
    """

    said: str
    weak: tuple[str, ...] = ()
    is_known: bool = True


async def transit(setup: Setup) -> list[Finding]:
    """A finding for each app with both legs; one more for each weakness. `where` is the app's id."""
    apps = [app for app in setup.apps if app.host and app.upstream.url][:MOST_APPS]
    if not apps:
        return [Finding(NAME, State.SKIPPED, "no app is behind the gateway yet", where="apps.yaml")]
    reached, gate = await setup.reached(), asyncio.Semaphore(AT_ONCE)

    async def of_app(app: App) -> list[Finding]:
        async with gate:
            first = await _browsers(setup, app)
            second = await _app(app, reached.get(app.id))
        return list(_findings(app, first, second))

    return [finding for found in await asyncio.gather(*map(of_app, apps)) for finding in found]


def weaknesses(served: Served | None, encryption: Encryption | None, old: str = "") -> tuple[str, ...]:
    """What is weak about an encrypted connection, or about what the server takes beside it (RFC 9325, RFC 8996)."""
    found = []
    if encryption is not None:
        if encryption.version not in _GOOD_VERSIONS:
            found.append(f"it speaks {encryption.version or 'an unknown version'}, which is out of date")
        elif not _is_good(encryption):
            found.append(f"it chooses {encryption.cipher}, without forward secrecy or authenticated encryption")
    if old:
        found.append(f"it still takes {old}, which is out of date")
    if served is not None:
        if served.key_bits and served.key_bits < _FEWEST_BITS.get(served.key, 0):
            found.append(f"its certificate has a key of {served.key_bits} bits only")
        if served.signature_hash in _BROKEN_HASHES:
            found.append(f"its certificate is signed by {served.signature_hash.upper()}, which is broken")
    return tuple(found)


def _is_good(encryption: Encryption) -> bool:
    """Forward secrecy and an AEAD: every suite of TLS 1.3; of TLS 1.2 those of RFC 9325, section 4.2."""
    has_secrecy = encryption.cipher.startswith(("ECDHE-", "DHE-"))
    is_aead = any(word in encryption.cipher for word in ("GCM", "CCM", "CHACHA20"))
    return encryption.version == "TLSv1.3" or (has_secrecy and is_aead)


async def _browsers(setup: Setup, app: App) -> Leg:
    if not setup.is_https:
        return Leg("plain http, on this machine only")
    try:
        (address, *_) = await setup.outside.resolve(app.host)
        target = Target(address, setup.port, app.host, setup.outside.trust(""))
        served, encryption = await greeted(target)
    except (NoAnswerError, OSError, ValueError):
        return Leg("not measured", is_known=False)  # why, another examination says
    return _encrypted(served, encryption, await old_version(target))


async def _app(app: App, reached: Reached | None) -> Leg:
    url = urlsplit(app.upstream.url)
    if url.scheme == "http":
        return _plain(app)
    if reached is None or reached.reply is None:
        return Leg("not measured", is_known=False)
    target = Target(reached.address, url.port or 443, app.upstream.server_name or url.hostname or "")
    return _encrypted(reached.reply.served, reached.reply.encryption, await old_version(target))


def _plain(app: App) -> Leg:
    upstream = app.upstream
    if not is_plain_http(upstream.url):
        return Leg("plain http, on this machine only")
    if upstream.plain_text_why:
        return Leg(f"not encrypted, because: {upstream.plain_text_why}")
    return Leg("not encrypted")


def _encrypted(served: Served | None, encryption: Encryption | None, old: str) -> Leg:
    if encryption is None:
        return Leg("not measured", is_known=False)
    until = f", certificate until {to_iso(served.ends_at)[:10]}" if served is not None else ""
    said = f"{encryption.version.replace('v', ' ')}, {encryption.cipher}{until}"
    return Leg(said, weaknesses(served, encryption, old))


def _findings(app: App, browsers: Leg, upstream: Leg) -> Iterator[Finding]:
    for leg, whose, name in ((browsers, "browsers", "browsers to Limen"), (upstream, "app", "Limen to the app")):
        for weak in leg.weak:
            yield Finding(NAME, State.WARNING, f"{app.name}, from {name}: {weak}", _FIX[whose], app.id)
    is_known = browsers.is_known and upstream.is_known
    said = f"{app.name}: from browsers to Limen {browsers.said}; from Limen to the app {upstream.said}"
    yield Finding(NAME, State.OK if is_known else State.SKIPPED, said, where=app.id)
