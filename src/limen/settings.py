"""`limen.toml`: the company's name, its domain, where Limen listens and where it keeps its data."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Port = Annotated[int, Field(ge=1, le=65_535)]
Hours = Annotated[float, Field(gt=0, le=24 * 90)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(_Section):
    """Where Limen listens. `check` is `host:port` or `unix:/path`; "" leaves the check server off.

    `health` answers `/healthz`, `/readyz` and `/metrics` on this machine alone; "" leaves it off.
    """

    address: str = "127.0.0.1:8080"
    check: str = "127.0.0.1:8081"
    health: str = ""
    trusted_proxies: tuple[Network, ...] = ()


class Https(_Section):
    """Limen's own front: where its certificates come from, and where it answers browsers.

    `off`: there is none, or another front stands before Limen. `acme`: certificates come by themselves (RFC 8555), from
    `acme_server` or else from a public authority. `files`: `certificate` (with its chain) and `key`, read again when
    they change. `internal`: an authority of the front's own, which each machine has to be told to trust. Paths are
    relative to the company folder; `acme_ca_file` holds the roots to trust when talking to `acme_server`.
    """

    mode: Literal["off", "acme", "files", "internal"] = "off"
    email: Annotated[str, Field(max_length=254)] = ""
    acme_server: Annotated[str, Field(max_length=1_024)] = ""
    acme_ca_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    listen: Annotated[tuple[Address, ...], Field(max_length=16)] = (IPv4Address("0.0.0.0"), IPv6Address("::"))  # noqa: S104 -- browsers are meant
    port: Port = 443
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 80
    """Plain http answers there only with a redirect, and an authority's questions; 0 leaves it off."""

    @property
    def is_on(self) -> bool:
        return self.mode != "off"


class Help(_Section):
    """Whom to ask when Limen does not answer: said on the page that is shown then."""

    contact: Annotated[str, Field(max_length=300)] = ""


class Sessions(_Section):
    """How long a sign-in lasts: in all, and without use."""

    absolute_hours: Hours = 12
    idle_hours: Hours = 2


class Storage(_Section):
    """Where Limen keeps what it knows; a path is relative to the company folder."""

    data: Path = Path("data")
    database: str = ""
    journal_days: Annotated[int, Field(gt=0, le=3650)] = 90
    journal_megabytes: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    """What the journal may take before Limen warns; 0 leaves only the disk itself to warn of."""


class Logs(_Section):
    """What the process says of itself on standard error; `auto` is text on a terminal, JSON lines elsewhere."""

    format: Literal["auto", "json", "text"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Mail(_Section):
    """How mail leaves. `server` is `host:port`; "" writes each mail to a file in the data folder's `outbox` instead.

    The password is never here: it is in a file that only its owner reads, the environment, or a systemd credential
    (`limen.mail.password`). A relative `password_file` is beside the company's files.
    """

    sender: Annotated[str, Field(alias="from", max_length=254)] = ""
    server: Annotated[str, Field(max_length=300)] = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, Field(max_length=254)] = ""
    password_file: Path | None = None

    @property
    def host_and_port(self) -> tuple[str, int]:
        """The server's name or address, without brackets, and its port. Only where `server` is well-formed."""
        host, _, port = self.server.rpartition(":")
        return host.removeprefix("[").removesuffix("]"), int(port)


class Settings(_Section):
    """Everything `limen.toml` may say. `url` is how browsers reach the sign-in host; its host is the passkeys' home.

    `languages`: those that employees may choose from; the first is for whoever has not chosen.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    domain: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
    time_zone: str = "UTC"
    languages: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = ("en", "de")
    url: str = ""
    listen: Listen = Listen()
    https: Https = Https()
    help: Help = Help()
    sessions: Sessions = Sessions()
    storage: Storage = Storage()
    logs: Logs = Logs()
    mail: Mail = Mail()
    groups: dict[str, str] = {}
    networks: dict[str, tuple[Network, ...]] = {}

    @property
    def public_url(self) -> str:
        """The sign-in host's origin, without a slash at its end."""
        return self.url.rstrip("/") or f"https://limen.{self.domain}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
