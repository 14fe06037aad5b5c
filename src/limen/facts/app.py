"""What is asked for: an app, its label, and which requests are which action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from limen.clock import Instant
from limen.facts.brokered_account import BrokeredAccount
from limen.facts.directory_group import DirectoryGroup
from limen.facts.entra_tenant import EntraTenant
from limen.facts.network_service import NetworkService
from limen.facts.oidc_client import OidcClient
from limen.facts.provision import Provision
from limen.facts.radius_service import RadiusService
from limen.facts.service_provider import ServiceProvider
from limen.facts.ssh_hosts import SshHosts

ACTIONS = ("view", "download", "edit", "share", "administer", "connect", "elevate", "sign_in", "audit", "support")
"""Every action. The first five are what a request to an app can be, from the mildest to the strictest."""

LIMEN = "limen"
"""The id of Limen itself as an app. Decided on it: `sign_in`, the portal (`view`), reading the console (`audit`),
helping people with their passkeys and sessions (`support`), and changing anything (`administer`)."""

SEALED_FILES: Final = "sealed-files"
"""The id of sealed files as an app, which no entry of apps.yaml makes. Their label is that of the key that opens them;
opening is `download`."""


class Label(IntEnum):
    """How much harm a leak would do. In policies: `resource.sensitivity`, 0 to 3."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


MOST_ONBOARDED: Final = Label.INTERNAL
"""What is more sensitive than this is never open to everybody who is signed in, not even for a fortnight."""


@dataclass(frozen=True, slots=True)
class ActionRule:
    """Requests with one of `methods` (empty: any) on a path matching `pattern` are `action`.

    `pattern` is a normalised path in which `*` stands for one segment and a last `**` for any rest. Where several
    rules match, the strictest action counts, so their order means nothing and none can hide another.
    """

    action: str
    methods: frozenset[str]
    pattern: str


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """Requests that are let through without a decision about a person, declared and shown in every listing."""

    methods: frozenset[str]
    pattern: str
    why: str


@dataclass(frozen=True, slots=True)
class Cors:
    """Other sites that may ask the app, as the person who looks at them. Limen answers their preflights itself.

    `methods` and `headers` (in lower case) are what their scripts may send (Fetch standard, section 4.8).
    """

    origins: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset({"GET", "HEAD", "POST"})
    headers: frozenset[str] = frozenset({"content-type"})


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where an app really runs, and how long and how much the gateway waits for it.

    `ca_file`: trust these certificates instead of the system's ("" = the system's). `server_name`: what the
    certificate must say where it differs from the URL's host ("" = the URL's host). `plain_text_why`: why a
    confidential app may be spoken to without encryption ("": it may not).
    """

    url: str
    ca_file: str = ""
    server_name: str = ""
    connect_ms: int = 5_000
    response_ms: int = 60_000
    max_request_bytes: int = 1 << 30
    keep_host: bool = True
    plain_text_why: str = ""


@dataclass(frozen=True, slots=True)
class App:
    """Something that is protected. `owner` is the group that answers for it.

    Behind the gateway or a front it has a `host` and an `upstream`. An app that signs people in by a protocol instead
    has neither: `url` is where it is, and `oidc`, `saml` or `entra` how it is registered. Hosts (`ssh`), networks and
    gear (`radius`), doors in the firewall (`network`) and groups of directories (`group`) are no pages at all.
    `provision` are the accounts that Limen keeps in it.

    Until `onboarding_until` (0: never) people who are signed in pass where a policy would refuse them, and that is
    counted. It holds for labels up to `MOST_ONBOARDED` alone, whatever is written. `streams` are the patterns of paths
    whose responses stay open: they go through the gateway alone, which cuts them when access ends. With an `account`
    the gateway signs people in there, each of them with the one account that there is.
    """

    id: str
    name: str
    host: str
    upstream: Upstream
    label: Label = Label.RESTRICTED
    owner: str = ""
    description: str = ""
    start: str = "/"
    rules: tuple[ActionRule, ...] = ()
    public: tuple[PublicRoute, ...] = ()
    cors: Cors = Cors()
    opts_in_encoded_paths: bool = False
    onboarding_until: Instant = 0
    streams: tuple[str, ...] = ()
    url: str = ""
    oidc: OidcClient | None = None
    saml: ServiceProvider | None = None
    entra: EntraTenant | None = None
    ssh: SshHosts | None = None
    radius: RadiusService | None = None
    group: DirectoryGroup | None = None
    network: NetworkService | None = None
    provision: Provision | None = None
    account: BrokeredAccount | None = None

    @property
    def sensitivity(self) -> int:
        return int(self.label)

    @property
    def place(self) -> str:
        """Where people find it: its host, or the whole address where it is not behind Limen; "" where it is no page."""
        return self.host or self.url

    def is_onboarding(self, now: Instant) -> bool:
        return now < self.onboarding_until and self.label <= MOST_ONBOARDED and self.id != LIMEN
