"""What exports tell together, before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from limen.assessing.folder import File
from limen.assessing.kinds import Kind, Provider
from limen.clock import Instant
from limen.devices.sources.record import Record
from limen.network.model import Prefix
from limen.roadmap.identity.evidence import PolicyElsewhere


@dataclass(slots=True)
class Account:
    """One account at a provider. `address` is small letters; `has_code`, `passkeys`: what it has beside its password,
    None where the provider's export does not say.
    """

    provider: Provider
    address: str
    name: str = ""
    is_active: bool = True
    is_admin: bool = False
    created_at: Instant = 0
    has_code: bool | None = None
    passkeys: int = 0


@dataclass(frozen=True, slots=True)
class Registered:
    """What somebody registered to sign in with."""

    address: str
    is_admin: bool
    has_code: bool
    passkeys: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """One that succeeded. `why` is what was weak about it ("": nothing); `strength` 1 to 3. `is_told`: the export says
    with how many factors (v1.0 of Graph does not). `known`: which of device, place and risk the provider knew.
    `device_id` and `device` are what it says of the device, "" for nothing.
    """

    id: str
    at: Instant
    user: str
    user_id: str
    app: str
    strength: int
    why: str
    is_told: bool = True
    known: frozenset[str] = frozenset()
    device_id: str = ""
    device: str = ""
    is_managed: bool = False
    browser: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """Access that was given to an app: `by` whom, "" for everybody at once; `scopes` are what it may do."""

    provider: Provider
    app_id: str
    app: str
    by: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the list of people."""

    address: str
    name: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device of a list. `ids` are further names by which sign-ins may call it, in small letters."""

    source: str
    record: Record
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Domain:
    """What DNS says of a domain that is about mail: texts are as they stand there."""

    name: str
    mail_hosts: tuple[str, ...] = ()
    has_no_mail: bool = False
    spf: tuple[str, ...] = ()
    dmarc: tuple[str, ...] = ()
    signing_keys: int = 0
    has_mta_sts: bool = False
    has_caa: bool = False
    providers: frozenset[Provider] = frozenset()
    is_asked: bool = False
    """It was asked of the DNS, where nobody lists which signing keys there are."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken, as what, and how many entries it has."""

    name: str
    kind: Kind
    entries: int


@dataclass(slots=True)
class Told:
    """All of it. Files come in the order of their names."""

    at: Instant
    taken: list[Taken] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    accounts: dict[tuple[Provider, str], Account] = field(default_factory=dict)
    by_id: dict[str, str] = field(default_factory=dict)
    """Addresses of users of Entra ID by their object ids, and by other addresses of theirs."""
    registered: dict[str, Registered] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    """Who holds a role, by address or object id: its title."""
    policies: list[PolicyElsewhere] = field(default_factory=list)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    apps: dict[str, str] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    people: dict[str, Listed] = field(default_factory=dict)
    devices: list[ListedDevice] = field(default_factory=list)
    domains: dict[str, Domain] = field(default_factory=dict)
    firewall: list[File] = field(default_factory=list)
    places: dict[str, tuple[Prefix, ...]] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(one.kind for one in self.taken)

    @property
    def providers(self) -> frozenset[Provider]:
        """Those that a file comes from, or that the DNS says there are."""
        own = frozenset(one.provider for one in self.kinds if one.provider is not None)
        return own.union(*(one.providers for one in self.domains.values()))

    def address_of(self, user_id: str, user: str) -> str:
        """By which address somebody is known whom an export calls so."""
        called = user.casefold()
        return self.by_id.get(user_id.casefold()) or self.by_id.get(called) or called

    @property
    def counts(self) -> Mapping[Kind, int]:
        found: dict[Kind, int] = {}
        for one in self.taken:
            found[one.kind] = found.get(one.kind, 0) + one.entries
        return found
