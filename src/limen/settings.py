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


class Section(BaseModel):
    """A section of `limen.toml`. The sentence below each setting is its description: the reference and the console
    show it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Listen(Section):
    """Where Limen listens."""

    address: str = "127.0.0.1:8080"
    """Host and port of the pages and of the gateway. With Limen's own front it listens on a socket instead."""
    check: str = "127.0.0.1:8081"
    """`host:port` or `unix:/path` of the check server, which nginx, Caddy and Envoy ask; "" leaves it off."""
    health: str = ""
    """`host:port` of `/healthz`, `/readyz` and `/metrics`, answered on this machine alone; "" leaves it off."""
    trusted_proxies: tuple[Network, ...] = ()
    """The networks of the fronts that may say for whom they ask. From anybody else such words are taken out."""


class Https(Section):
    """Limen's own front: where its certificates come from, and where it answers browsers.

    Paths are relative to the company folder.
    """

    mode: Literal["off", "acme", "files", "internal"] = "off"
    """`off`: there is none, or another front stands before Limen. `acme`: certificates come by themselves (RFC 8555).
    `files`: they are your own. `internal`: an authority of the front's own, which each machine has to trust."""
    email: Annotated[str, Field(max_length=254)] = ""
    """Whom the authority writes to when something is wrong with a certificate."""
    acme_server: Annotated[str, Field(max_length=1_024)] = ""
    """The directory of an authority of your own; "" asks a public one."""
    acme_ca_file: Path | None = None
    """The roots to trust when talking to `acme_server`."""
    certificate: Path | None = None
    """With `files`: the certificate with its chain. It is read again when it changes."""
    key: Path | None = None
    """With `files`: the certificate's private key."""
    listen: Annotated[tuple[Address, ...], Field(max_length=16)] = (IPv4Address("0.0.0.0"), IPv6Address("::"))  # noqa: S104 -- browsers are meant
    """The addresses on which browsers are answered."""
    port: Port = 443
    """The port on which browsers are answered."""
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 80
    """Plain http answers there only with a redirect, and an authority's questions; 0 leaves it off."""

    @property
    def is_on(self) -> bool:
        return self.mode != "off"


class Help(Section):
    """Whom to ask when Limen does not answer: said on the page that is shown then."""

    contact: Annotated[str, Field(max_length=300)] = ""
    """A name, a number, a room: whatever helps somebody who can't open anything."""


class Sessions(Section):
    """How long a sign-in lasts: in all, and without use."""

    absolute_hours: Hours = 12
    """After so many hours everybody signs in again, however busy they were."""
    idle_hours: Hours = 2
    """After so many hours without a request a sign-in has ended."""


class Passwords(Section):
    """Which passwords people may choose, beside what is looked at anyway: length, and how soon one would be guessed."""

    blocklist: Annotated[tuple[Annotated[str, Field(min_length=3, max_length=128)], ...], Field(max_length=1_000)] = ()
    """Words that a thief of your company would try first: products, projects, the street, the football club."""


class Recovery(Section):
    """How people come back who lost their device."""

    codes: bool = True
    """Whether they may make recovery codes, and use them."""


class Storage(Section):
    """Where Limen keeps what it knows; a path is relative to the company folder."""

    data: Path = Path("data")
    """The folder of the journal and, unless they are kept elsewhere, of the database and the master key."""
    journal_days: Annotated[int, Field(gt=0, le=3650)] = 90
    """How many days the journal is kept; what is older is deleted by whole segments."""
    journal_megabytes: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    """What the journal may take before Limen warns; 0 leaves only the disk itself to warn of."""


class Database(Section):
    """Which database Limen uses.

    The password of a server is never here: it is in a file that only its owner reads, in the environment
    (`LIMEN_DATABASE_PASSWORD`), or a systemd credential (`limen.database.password`).
    """

    url: Annotated[str, Field(max_length=1_024)] = ""
    """`postgresql://limen@host/limen` or `sqlite:////srv/limen.db`; "" is SQLite in the folder `data`."""
    password_file: Path | None = None
    """The file with the server's password, beside the company's files where it is relative."""


class Retention(Section):
    """How long what is about people is kept, in days. The journal's own days are under `[storage]`."""

    people_days: Annotated[int, Field(ge=0, le=3650)] = 90
    """Who was let go is erased so long after; 0 keeps them until somebody erases them."""
    invited_days: Annotated[int, Field(ge=0, le=3650)] = 90
    """Who was invited and never came is erased so long after; 0 keeps them."""
    links_days: Annotated[int, Field(ge=1, le=90)] = 90
    """How long it is kept what became of a one-time link, after its end."""
    mails_days: Annotated[int, Field(ge=1, le=90)] = 90
    """How long it is kept what became of a mail; and the mail itself, where it was written to a file."""


class Logs(Section):
    """What the process says of itself on standard error."""

    format: Literal["auto", "json", "text"] = "auto"
    """`auto` is text on a terminal, and JSON lines elsewhere."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """What is less important than this is not said."""


class Mail(Section):
    """How mail leaves.

    The password is never here: it is in a file that only its owner reads, in the environment (`LIMEN_MAIL_PASSWORD`),
    or a systemd credential (`limen.mail.password`).
    """

    sender: Annotated[str, Field(alias="from", max_length=254)] = ""
    """The address that mails come from."""
    server: Annotated[str, Field(max_length=300)] = ""
    """`host:port` of your mail server; "" writes each mail to a file in the data folder's `outbox` instead."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the way to the server is encrypted: after a first plain word, from the start, or not at all."""
    user: Annotated[str, Field(max_length=254)] = ""
    """The name to sign in with at the server; "" does not sign in."""
    password_file: Path | None = None
    """The file with the password, beside the company's files where it is relative."""

    @property
    def host_and_port(self) -> tuple[str, int]:
        """The server's name or address, without brackets, and its port. Only where `server` is well-formed."""
        host, _, port = self.server.rpartition(":")
        return host.removeprefix("[").removesuffix("]"), int(port)


class Backup(Section):
    """The backups that a running server takes by itself, one a day."""

    folder: Path | None = None
    """Where they go, relative to the company folder; `backups` in the data folder where nothing is said."""
    keep: Annotated[int, Field(ge=0, le=365)] = 7
    """How many stay; 0 takes none."""
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "02:30"
    """The time of day, in the company's time zone."""
    recipient: Annotated[str, Field(pattern=r"^(age1[a-z0-9]{20,100})?$")] = ""
    """An age recipient that each is sealed for; "" leaves them open to whoever can read the folder."""

    @property
    def is_on(self) -> bool:
        return self.keep > 0


class Settings(Section):
    """Everything `limen.toml` may say."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    """The company's name, as people read it on every page."""
    domain: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
    """The domain in which the sign-in host and each app have their hosts."""
    time_zone: str = "UTC"
    """An IANA time zone, such as Europe/Berlin. Policies that speak of weekdays and hours mean this one."""
    languages: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = ("en", "de")
    """What employees may choose from; the first is for whoever has not chosen."""
    url: str = ""
    """How browsers reach the sign-in host; "" is https://limen.DOMAIN. Passkeys belong to this host, so it stays."""
    listen: Listen = Listen()
    https: Https = Https()
    help: Help = Help()
    sessions: Sessions = Sessions()
    passwords: Passwords = Passwords()
    recovery: Recovery = Recovery()
    storage: Storage = Storage()
    database: Database = Database()
    retention: Retention = Retention()
    logs: Logs = Logs()
    mail: Mail = Mail()
    backup: Backup = Backup()
    groups: dict[str, str] = {}
    """Each group's id, which policies name, and its title for people. Who is in it stands in the console."""
    networks: dict[str, tuple[Network, ...]] = {}
    """Each network's name, which policies may mention, and its addresses."""

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
