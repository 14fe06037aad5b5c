"""What another system has, in one form for all: people without their secrets, groups, apps, and who may do what there.

Names are the old system's. Which ids they get in Limen is decided in `names.py`, by the folder that they come into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from limen.facts import PublicRoute
from limen.facts.service_provider import ServiceProvider
from limen.importing.conditions import Condition
from limen.importing.report import Report

EVERYONE: Final = "everyone"
"""The key of the group of all people of the system, which the writer adds: who the company has beside them was never
meant by *everyone* there.
"""
WORK: Final = ("view", "download", "edit", "share")
"""What everyday work in an app is. Administering is never imported: Limen asks for a grant for it."""
VIEW: Final = ("view",)
"""All that can be asked of an app that signs people in itself."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `account` is what the old system calls them, `groups` are keys of groups that they are
    in, directly or through others.
    """

    account: str
    name: str
    email: str
    groups: frozenset[str] = frozenset()
    is_active: bool = True
    language: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group, or what stands for one: a role, or an account that a rule names. `key` is unique in the system, `name`
    what people read.
    """

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class OidcRegistration:
    """An app that signs people in by OpenID Connect, without its secret."""

    client_id: str
    redirect_uris: tuple[str, ...]
    post_logout_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    is_public: bool = False
    is_pairwise: bool = False
    asks_consent: bool = False
    scopes: tuple[str, ...] = ("openid", "profile", "email", "groups")
    algorithm: str = "RS256"
    has_device_flow: bool = False
    needs_pkce: bool = True
    tokens_minutes: int = 0
    """0: as Limen does by itself."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what in an app: one policy for each alternative of `when`. `title` is what of the app it opens, to
    which the conditions are added in words; `reason` is a sentence for whoever is refused.
    """

    when: Condition
    title: str
    reason: str
    actions: tuple[str, ...] = WORK


@dataclass(frozen=True, slots=True)
class App:
    """Something that people use. `key` is unique in the system. It stands at `host` behind Limen, or signs people in
    itself (`oidc` or `saml`), and people open it at `url`.

    `patterns` are the paths that access depends on, the first that fits counts; the whole app needs no saying.
    `access` is everything that opens it: what none of them opens stays shut, whatever other policies say.
    """

    key: str
    name: str
    access: tuple[Access, ...]
    host: str = ""
    upstream: str = ""
    url: str = ""
    patterns: tuple[str, ...] = ()
    public: tuple[PublicRoute, ...] = ()
    oidc: OidcRegistration | None = None
    saml: ServiceProvider | None = None
    description: str = ""


class Mode(StrEnum):
    """Whether a requirement changes answers, is only counted, or is there to be switched on."""

    ENFORCE = "enforce"
    REPORT_ONLY = "report-only"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is required in several apps at once, beyond who has access to each: whoever `who` is about is refused unless
    one of `unless` holds. `apps` are keys. `key` is unique in the system, `title` what people read.
    """

    key: str
    title: str
    who: Condition
    apps: tuple[str, ...]
    unless: tuple[Condition, ...]
    mode: Mode = Mode.ENFORCE


@dataclass(frozen=True, slots=True)
class Expected:
    """An answer of the old system that the new policies are held to: a policy test. `groups` are keys; `strength` and
    `address` say how and from where; `at` is a moment in the company's zone, "" for working hours.
    """

    title: str
    app: str
    groups: tuple[str, ...]
    is_permitted: bool
    action: str = "view"
    strength: int = 2
    address: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """All that was understood of an export. `domain` is the one that most of its hosts are in, "" where it says none.

    `sessions` are the lengths of Limen's sessions that it says, by their names in limen.toml. `people_source` is what
    has to be declared in people.yaml for its people to keep coming from where they came from, as YAML; "" for none.
    """

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    apps: tuple[App, ...] = ()
    expected: tuple[Expected, ...] = ()
    domain: str = ""
    sessions: Mapping[str, float] | None = None
    people_source: str = ""
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever imports has said beside the export: where apps run, by their hosts; which groups of the company
    stand for old ones, by their keys; and of a system's several parts (realms, tenants) which one.
    """

    upstreams: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    part: str = ""


Told = Callable[[float, float], None]
"""Hears how much of how much is done."""


class Reader(Protocol):
    """One system's exports. `name` is its word on the command line, `title` what people call it."""

    name: str
    title: str
    files: str
    """Which files it takes, in one line."""
    has_parts: bool
    """Whether an export may have several parts, of which `Wishes.part` chooses one."""

    def read(self, files: Mapping[str, Any], report: Report, wishes: Wishes, told: Told) -> System:
        """What the files say, by their names; every value of them is accounted for in `report`.

        Raises LimenError where they are no export of this system.
        """
        ...
