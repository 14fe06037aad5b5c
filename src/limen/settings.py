"""`limen.toml`: the company's name, its domain, where Limen listens and where it keeps its data."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, create_model

from limen.declared import Declared

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Port = Annotated[int, Field(ge=1, le=65_535)]
Hours = Annotated[float, Field(gt=0, le=24 * 90)]
ListensAt = Annotated[str, Field(pattern=r"^$|^(\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}):([0-9]{1,5})$")]
"""`address:port`, or "" for nowhere."""


class Section(BaseModel):
    """A section of `limen.toml`. The sentence below each setting is its description: the reference and the console
    show it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Listen(Section):
    """Where Limen listens."""

    address: str = "127.0.0.1:8080"
    """Host and port of the pages and the gateway. With Limen's own front it listens on a socket instead."""
    check: str = "127.0.0.1:8081"
    """`host:port` or `unix:/path` of the check server, which nginx, Caddy and Envoy query; "" turns it off."""
    health: str = ""
    """`host:port` of `/healthz`, `/readyz` and `/metrics`, served on this machine only; "" turns it off."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes answer, each whole: with two or more, one can be replaced without a request that fails."""
    trusted_proxies: tuple[Network, ...] = ()
    """The networks of trusted fronts. Forwarding headers from anywhere else are removed."""
    certificate_domain: Annotated[str, Field(max_length=253, pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)+)?$")] = ""
    """The domain, such as `device.harbor.example`, where browsers are asked for the client certificate of an enrolled
    device: on it, and on every host below it; "" turns it off."""


class Https(Section):
    """Limen's own front: where its certificates come from, and where it serves browsers.

    Paths are relative to the company folder.
    """

    mode: Literal["off", "acme", "files", "internal"] = "off"
    """`off`: no front, or one of your own. `acme`: automatic certificates (RFC 8555). `files`: your own certificates.
    `internal`: the front's own authority, which every machine has to trust."""
    email: Annotated[str, Field(max_length=254)] = ""
    """Contact address for the authority if there is a problem with a certificate."""
    acme_server: Annotated[str, Field(max_length=1_024)] = ""
    """The directory of your own authority; "" uses a public one."""
    acme_ca_file: Path | None = None
    """The root certificates to trust for `acme_server`."""
    certificate: Path | None = None
    """With `files`: the certificate with its chain. It is read again when it changes."""
    key: Path | None = None
    """With `files`: the certificate's private key."""
    listen: Annotated[tuple[Address, ...], Field(max_length=16)] = (IPv4Address("0.0.0.0"), IPv6Address("::"))  # noqa: S104 -- browsers are meant
    """The addresses to serve browsers on."""
    port: Port = 443
    """The port to serve browsers on."""
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 80
    """The port for plain http, which only redirects to https and answers the authority; 0 turns it off."""

    @property
    def is_on(self) -> bool:
        return self.mode != "off"


class Help(Section):
    """Whom to contact when Limen is down."""

    contact: Annotated[str, Field(max_length=300)] = ""
    """A name, a phone number, a room: whatever helps someone who can't get in. Shown on the outage page."""


class Sessions(Section):
    """How long a session lasts: in total, and without use."""

    absolute_hours: Hours = 12
    """After this many hours everyone has to sign in again, even if active."""
    idle_hours: Hours = 2
    """After this many hours without a request a session ends."""


class Passwords(Section):
    """Which passwords people may choose, beyond what is always checked: length, and how easy one is to guess."""

    blocklist: Annotated[tuple[Annotated[str, Field(min_length=3, max_length=128)], ...], Field(max_length=1_000)] = ()
    """Words that someone attacking your company would try first: products, projects, the street, the football club."""
    breached_file: Path | None = None
    """A file of breached passwords on this machine: the SHA-1 download of Pwned Passwords, sorted by hash. A password
    in it can't be chosen, and whoever signs in with one must change it first. The path is relative to the company
    folder."""


class Passkeys(Section):
    """What is asked of passkeys when they are created."""

    attestation: Literal["none", "direct"] = "none"
    """Whether makers of security keys are asked to attest the model: `direct` lets policies require a company-issued
    model (`context.session.authenticator`); `none` tells Limen as little as possible of people's devices."""
    attestation_roots: Path | None = None
    """The makers' root certificates that you trust, in one PEM file. The path is relative to the company folder."""


class Recovery(Section):
    """How people who lost their device regain access."""

    codes: bool = True
    """Whether people can create and use recovery codes."""


class Storage(Section):
    """Where Limen stores its data; paths are relative to the company folder."""

    data: Path = Path("data")
    """The folder of the journal and, unless they are stored elsewhere, of the database and the master key."""
    journal_days: Annotated[int, Field(gt=0, le=3650)] = 90
    """How many days the journal is kept; older entries are deleted in whole segments."""
    journal_megabytes: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    """The size at which Limen warns about the journal; 0 warns only about the disk."""


class Database(Section):
    """Which database Limen uses.

    The password of a server is never here: it is in a file that only its owner reads, in the environment
    (`LIMEN_DATABASE_PASSWORD`), or a systemd credential (`limen.database.password`).
    """

    url: Annotated[str, Field(max_length=1_024)] = ""
    """`postgresql://limen@host/limen` or `sqlite:////srv/limen.db`; "" is SQLite in the folder `data`."""
    password_file: Path | None = None
    """The file with the server's password; a relative path is in the company folder."""


class Retention(Section):
    """How long data about people is kept, in days. The journal's retention is under `[storage]`."""

    people_days: Annotated[int, Field(ge=0, le=3650)] = 90
    """Deactivated people are erased after this many days; 0 keeps them until someone erases them."""
    invited_days: Annotated[int, Field(ge=0, le=3650)] = 90
    """People who never used their invitation are erased after this many days; 0 keeps them."""
    links_days: Annotated[int, Field(ge=1, le=90)] = 90
    """How long the outcome of a one-time link is kept after it ends."""
    mails_days: Annotated[int, Field(ge=1, le=90)] = 90
    """How long the outcome of an email is kept, and the email itself if it was written to a file."""


class Logs(Section):
    """What the process logs to standard error."""

    format: Literal["auto", "json", "text"] = "auto"
    """`auto` is text on a terminal and JSON lines otherwise."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe level that is logged."""


class Mail(Section):
    """How email is sent.

    The password is never here: it is in a file that only its owner reads, in the environment (`LIMEN_MAIL_PASSWORD`),
    or a systemd credential (`limen.mail.password`).
    """

    sender: Annotated[str, Field(alias="from", max_length=254)] = ""
    """The sender address."""
    server: Annotated[str, Field(max_length=300)] = ""
    """`host:port` of your mail server; "" writes each email to a file in the data folder's `outbox` instead."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the server is encrypted: upgraded with STARTTLS, TLS from the start, or not at all."""
    user: Annotated[str, Field(max_length=254)] = ""
    """The user name for the server; "" means no login."""
    password_file: Path | None = None
    """The file with the password; relative to the company folder."""

    @property
    def host_and_port(self) -> tuple[str, int]:
        """The server's name or address, without brackets, and its port. Only where `server` is well-formed."""
        host, _, port = self.server.rpartition(":")
        return host.removeprefix("[").removesuffix("]"), int(port)


class Backup(Section):
    """Automatic backups, one per day while the server runs."""

    folder: Path | None = None
    """Where they are stored, relative to the company folder (default: `backups` in the data folder)."""
    keep: Annotated[int, Field(ge=0, le=365)] = 7
    """How many to keep; 0 turns automatic backups off."""
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "02:30"
    """The time of day, in the company's time zone."""
    recipient: Annotated[str, Field(pattern=r"^(age1[a-z0-9]{20,100})?$")] = ""
    """An age recipient to encrypt each backup for; "" leaves them readable to anyone who can read the folder."""

    @property
    def is_on(self) -> bool:
        return self.keep > 0


class Settings(Section):
    """Everything `limen.toml` can contain."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    """The company's name, shown on every page."""
    domain: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
    """The domain of the sign-in host and of each app's host."""
    time_zone: str = "UTC"
    """An IANA time zone, such as Europe/Berlin. Policies use it for weekdays and hours."""
    languages: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = ("en", "de")
    """The languages employees can choose from; the first is the default."""
    url: str = ""
    """How browsers reach the sign-in host; "" is https://limen.DOMAIN. Passkeys are tied to it: keep it."""
    listen: Listen = Listen()
    https: Https = Https()
    help: Help = Help()
    sessions: Sessions = Sessions()
    passwords: Passwords = Passwords()
    passkeys: Passkeys = Passkeys()
    recovery: Recovery = Recovery()
    storage: Storage = Storage()
    database: Database = Database()
    retention: Retention = Retention()
    logs: Logs = Logs()
    mail: Mail = Mail()
    backup: Backup = Backup()
    groups: dict[str, str] = {}
    """Each group's ID, used in policies, and its title, shown to people. Members are managed in the console."""
    networks: dict[str, tuple[Network, ...]] = {}
    """Each network's name, used in policies, and its addresses."""

    @property
    def public_url(self) -> str:
        """The sign-in host's origin, without a slash at its end."""
        return self.url.rstrip("/") or f"https://limen.{self.domain}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def section(self, kind: type[S]) -> S:
        """What the section of a part says, as that part declared it; its defaults where nothing was said.

        Raises KeyError where no part in use declares such a section.
        """
        name = {declared: name for name, declared in SECTIONS.items()}[kind]
        said = getattr(self, name, None)
        return said if isinstance(said, kind) else kind()


S = TypeVar("S", bound=Section)
SECTIONS: Final[Declared[type[Section]]] = Declared(
    "section of limen.toml", dict.fromkeys(Settings.model_fields, Section)
)
"""The sections that parts bring, by their names. Whatever else `limen.toml` says is claimed by Limen itself."""


def settings_model() -> type[Settings]:
    """Everything that `limen.toml` may say, the sections of the parts in use among it."""
    return _with_sections(tuple((name, SECTIONS[name]) for part in SECTIONS.parts.values() for name in part))


@lru_cache(maxsize=8)
def _with_sections(sections: tuple[tuple[str, type[Section]], ...]) -> type[Settings]:
    if not sections:
        return Settings
    fields: dict[str, Any] = {name: (kind, kind()) for name, kind in sections}
    return create_model("Settings", __base__=Settings, __doc__=Settings.__doc__, **fields)
