"""A front that asks the check server: where everything is, and what it does with each request. Pure.

A front passes a request to an app itself only where that is sure to be right: plain requests to an app that is reached
by plain http. All else goes through Limen's gateway: what stays open, upgrades, preflights, and every host that is no
app's. So what was forgotten here is slower, and never undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from limen.enforcement.addresses import under
from limen.errors import LimenError
from limen.facts import LIMEN, App
from limen.settings import Settings

LONGEST_RESPONSE_SECONDS: Final = 600
"""After so long Envoy, and nginx at a reload, break off what they still carry from an app by themselves."""
LONGEST_OF_ANY_SECONDS: Final = 3_600
"""After so long Caddy breaks off any response: it can't tell those that Limen carries from its own."""


@dataclass(frozen=True, slots=True)
class Held:
    """What all clients together may hold of a front that can bound it: `connections`, `streams` on each of them, how
    much of an answer waits for its reader, and how much memory all of it may take.
    """

    connections: int = 4_096
    streams: int = 100
    bytes_of_an_answer: int = 65_536
    bytes_of_all: int = 512 * 1024 * 1024


_EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 -- browsers are meant
_WILDCARDS: Final = {_EVERYWHERE: "127.0.0.1", "[::]": "[::1]", "": "127.0.0.1"}
_ADDRESS: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}|unix:/[A-Za-z0-9._/-]+")
_PATH: Final = re.compile(r"[A-Za-z0-9._/-]*")


class FrontConfigError(LimenError):
    """No config can be made of these settings."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a config is made of. Addresses are `host:port`; `check` may also be `unix:/path`.

    With `certificate` and `key`, paths on the front's machine, it answers https. Browsers are asked for a certificate
    of `authority`, another path there, on `certificate_domain` and every host below it ("": nowhere).
    """

    domain: str
    sign_in_host: str
    listen: str
    limen: str
    check: str
    apps: tuple[App, ...]
    certificate: str = ""
    key: str = ""
    certificate_domain: str = ""
    authority: str = ""
    longest_response_seconds: int = LONGEST_RESPONSE_SECONDS
    longest_of_any_seconds: int = LONGEST_OF_ANY_SECONDS

    def __post_init__(self) -> None:
        for address in (self.listen, self.limen, self.check):
            if not _ADDRESS.fullmatch(address):
                raise FrontConfigError(
                    f"{address[:80]!r} is not an address", "write host:port, or unix:/path for check"
                )
        for path in (self.certificate, self.key, self.authority):
            if not _PATH.fullmatch(path):
                raise FrontConfigError(f"{path[:80]!r} can't be written", "use letters, digits, `.`, `_`, `-` and `/`")

    @property
    def direct(self) -> tuple[App, ...]:
        """The apps that the front passes requests to itself. Limen alone checks certificates and hides hosts."""
        return tuple(app for app in self.apps if app.upstream.url.startswith("http://") and app.upstream.keep_host)

    @property
    def indirect(self) -> tuple[App, ...]:
        """The apps that are reached through Limen alone."""
        return tuple(app for app in self.apps if app not in self.direct)

    @property
    def largest_request_bytes(self) -> int:
        return max((app.upstream.max_request_bytes for app in self.direct), default=1 << 20)

    def asks_for_a_certificate(self, host: str) -> bool:
        """Whether browsers are asked for a client certificate on this host."""
        return under(host.encode(), self.certificate_domain)

    @property
    def slowest_answer_seconds(self) -> int:
        return max((-(-app.upstream.response_ms // 1_000) for app in self.direct), default=60)


def guarded(
    settings: Settings, apps: Iterable[App], *, certificate: str = "", key: str = "", authority: str = ""
) -> Guarded:
    """A front for this company. Raises FrontConfigError where its settings leave no room for one."""
    address, check = settings.listen.address, settings.listen.check
    if not check:
        raise FrontConfigError("the check server is off", 'write check = "127.0.0.1:8081" under [listen]')
    url = urlsplit(settings.public_url)
    is_https = url.scheme == "https"
    port = url.port or (443 if is_https else 80)
    limen = _reached_at(address)
    if limen.endswith(f":{port}"):
        raise FrontConfigError(
            f"browsers connect to port {port}, where Limen itself listens",
            'give Limen another port under [listen], such as address = "127.0.0.1:8090"',
        )
    return Guarded(
        domain=settings.domain,
        sign_in_host=url.hostname or "",
        listen=f"{_EVERYWHERE if is_https else '127.0.0.1'}:{port}",
        limen=limen,
        check=check if check.startswith("unix:") else _reached_at(check),
        apps=tuple(sorted((app for app in apps if app.id != LIMEN and app.host), key=lambda app: app.id)),
        certificate=(certificate or f"/etc/ssl/{settings.domain}.pem") if is_https else "",
        key=(key or f"/etc/ssl/private/{settings.domain}.key") if is_https else "",
        certificate_domain=settings.listen.certificate_domain if is_https else "",
        authority=(authority or f"/etc/ssl/{settings.domain}-devices.pem") if is_https else "",
    )


def _reached_at(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"{_WILDCARDS.get(host, host)}:{port}"


def upstream(app: App) -> tuple[str, int]:
    """Host (an IPv6 address without its brackets) and port of an app that is reached by plain http."""
    url = urlsplit(app.upstream.url)
    return url.hostname or "", url.port or 80


def path_regex(pattern: str) -> str:
    """The paths that a pattern of `apps.yaml` may mean, as a regular expression to be read without regard to case.

    It may fit more than Limen's own reading, never less of what a browser sends: the check server refuses the rest.
    """
    segments = [segment for segment in pattern.split("/") if segment]
    any_rest = segments[-1:] == ["**"]
    fixed = "".join("/[^/]+" if one == "*" else f"/{re.escape(one)}" for one in segments[: -1 if any_rest else None])
    return f"^{fixed}{'(/.*)?' if any_rest else '/?'}$"
