"""What answers at an address that is about to become an app: one bounded look, from which nothing is followed.

Only a status, some headers and the first bytes of a page are looked at, and none of them is shown to anybody: what is
told is whether something answers, and which well-known kind of app it certainly is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from limen.enforcement.addresses import is_plain_http
from limen.errors import LimenError
from limen.ssrf_guard import refuse

if TYPE_CHECKING:
    import aiohttp

LONGEST_SECONDS: Final = 5.0
MOST_BYTES: Final = 65_536
_LONGEST_LINE: Final = 8_190

_GENERIC: Final = {
    "view": ("GET /**",),
    "edit": ("POST /**", "PUT /**", "PATCH /**", "DELETE /**"),
    "administer": ("ANY /admin/**", "ANY /settings/**"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A well-known kind of app: what it is called, where one begins, and which of its requests are what."""

    name: str
    start: str
    actions: dict[str, tuple[str, ...]]


UNKNOWN: Final = Kind("", "/", _GENERIC)


def _administered(*routes: str) -> dict[str, tuple[str, ...]]:
    return {**_GENERIC, "administer": routes}


_KINDS: Final = {
    "gitea": Kind("Gitea", "/", _administered("ANY /admin/**", "ANY /-/admin/**", "ANY /user/settings/**")),
    "grafana": Kind("Grafana", "/", _administered("ANY /admin/**", "ANY /api/admin/**", "ANY /datasources/**")),
    "nextcloud": Kind("Nextcloud", "/", _administered("ANY /settings/admin/**", "ANY /index.php/settings/admin/**")),
    "wordpress": Kind("WordPress", "/", _administered("ANY /wp-admin/**", "ANY /wp-login.php")),
    "jenkins": Kind("Jenkins", "/", _administered("ANY /manage/**", "ANY /script/**", "ANY /configure/**")),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. `is_plain` says that the way there is not encrypted, though it leaves this machine."""

    status: int
    kind: Kind
    is_plain: bool


async def probe(url: str, limit_seconds: float = LONGEST_SECONDS) -> Found:
    """Look at `url` once. Raises `LimenError` with what is wrong and what to do where nothing fit answers."""
    import aiohttp  # noqa: PLC0415 -- heavy, and only who adds an app needs it

    from limen.enforcement.resolving import Resolver  # noqa: PLC0415 -- the same

    host = urlsplit(url).hostname or ""
    refuse(host, host)
    timeout = aiohttp.ClientTimeout(total=limit_seconds)
    connector = aiohttp.TCPConnector(resolver=Resolver(), use_dns_cache=False, force_close=True)
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
                headers={"accept": "text/html", "accept-encoding": "identity", "user-agent": "Limen"},
            ) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            body = await _beginning(answer.content)
            headers = {name.lower(): value for name, value in answer.headers.items()}
            cookies = " ".join(answer.headers.getall("set-cookie", []))
            return Found(answer.status, kind_of(headers, cookies, body), is_plain_http(url))
    except aiohttp.ClientConnectorCertificateError:
        raise LimenError(f"the certificate of {host} is not trusted", "set its ca_file in apps.yaml") from None
    except TimeoutError:
        raise LimenError(f"{host} did not answer in {limit_seconds:g} seconds", "start it") from None
    except (aiohttp.ClientError, OSError, ValueError):
        where = urlsplit(url).netloc.rpartition("@")[2]
        raise LimenError(f"nothing at {where} responds with HTTP", "check address, port and scheme") from None


def kind_of(headers: dict[str, str], cookies: str, body: bytes) -> Kind:
    """The kind of app that such an answer certainly comes from; `UNKNOWN` where that is not certain."""
    text = body.decode("utf-8", "replace").casefold()
    if "x-jenkins" in headers:
        return _KINDS["jenkins"]
    if "i_like_gitea=" in cookies:
        return _KINDS["gitea"]
    if "api.w.org" in headers.get("link", ""):
        return _KINDS["wordpress"]
    if "<title>grafana</title>" in text and "grafanabootdata" in text:
        return _KINDS["grafana"]
    if "oc_sessionpassphrase=" in cookies.casefold():
        return _KINDS["nextcloud"]
    return UNKNOWN


def kind_named(name: str) -> Kind:
    """The kind that is called so; `UNKNOWN` where there is none."""
    return next((kind for kind in _KINDS.values() if kind.name == name), UNKNOWN)


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    found = b""
    while len(found) < MOST_BYTES:
        chunk = await content.read(MOST_BYTES - len(found))
        if not chunk:
            break
        found += chunk
    return found
