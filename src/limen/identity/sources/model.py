"""A source of people, and what it says of somebody. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

import msgspec

from limen.identity.errors import UnfitError

MOST_GROUPS: Final = 500
"""Of one person, by the source's names."""
LONGEST: Final = 250
"""Of any text that a source says, in characters."""
LONGEST_ID: Final = 200
MOST_PEOPLE: Final = 50_000
"""Of one source."""


class SourceKind(StrEnum):
    SCIM = "scim"
    LDAP = "ldap"


class Owned(StrEnum):
    """What a source may own of somebody. Nobody else's word on it counts, and here it is only read."""

    NAME = "name"
    EMAIL = "email"
    LANGUAGE = "language"
    GROUPS = "groups"
    ACTIVE = "active"
    """Whether they have access at all."""
    FIRST_DAY = "first_day"
    """The first day on which they have access: nothing opens before it."""
    LAST_DAY = "last_day"


OWNED_UNLESS_SAID: Final = frozenset({Owned.NAME, Owned.EMAIL, Owned.GROUPS, Owned.ACTIVE})


class SourcePerson(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person as a source has them. `external_id` is what the source calls them, and never calls anybody else.

    `groups` are the source's names of groups, `manager` is somebody's external ID. What is "" or None the source does
    not say. `is_first_day_unread`, `is_last_day_unread`: it says one, and no day can be read from it.
    """

    external_id: str
    email: str
    name: str
    is_active: bool = True
    groups: frozenset[str] = frozenset()
    language: str = ""
    department: str = ""
    title: str = ""
    employee_number: str = ""
    manager: str = ""
    first_day: date | None = None
    is_first_day_unread: bool = False
    last_day: date | None = None
    is_last_day_unread: bool = False

    def refuse_oversize(self) -> None:
        """Raises UnfitError for what is not kept: an ID that is empty or too long, a long text, too many groups."""
        texts = (self.email, self.name, self.language, self.department, self.title, self.employee_number)
        ids = (self.external_id, self.manager)
        if not self.external_id or any(len(one) > LONGEST_ID for one in ids) or not self.external_id.isprintable():
            raise UnfitError("external_id", "The ID of the source is empty or too long", "use at most 200 characters")
        if any(len(text) > LONGEST for text in (*texts, *self.groups)):
            raise UnfitError("source", "A text is longer than 250 characters", "shorten it at the source")
        if len(self.groups) > MOST_GROUPS:
            raise UnfitError("groups", "They are in more than 500 groups", "name fewer at the source")


class Source(msgspec.Struct, frozen=True):
    """A source as `people.yaml` declares it.

    `groups` translates its names of groups, `departments` its departments, to Limen's groups; everybody it names is in
    `everyone`. `domains` are the mail domains whose addresses it may give (none: any), `adopts` those of people who are
    here already and whom it may take over. `share` is how many in a hundred, `people` how many at least, it may take
    access from in a day before it is asked. `administrators`: it may also decide who is in groups that give a role.
    Where it is one system with an upstream issuer, `issuer` is how the company calls that, and `claim` what it calls
    the source's ID of somebody. `settings` are those of its kind.
    """

    id: str
    kind: SourceKind
    title: str
    owns: frozenset[Owned] = OWNED_UNLESS_SAID
    groups: Mapping[str, frozenset[str]] = {}
    departments: Mapping[str, frozenset[str]] = {}
    everyone: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()
    adopts: tuple[str, ...] = ()
    share: int = 10
    people: int = 5
    administrators: bool = False
    invites: bool = False
    issuer: str = ""
    claim: str = ""
    settings: Mapping[str, Any] = {}

    @property
    def given_groups(self) -> frozenset[str]:
        """The groups of Limen that it decides about, for the people it names."""
        return self.everyone.union(*self.groups.values(), *self.departments.values())

    def groups_for(self, said: SourcePerson) -> frozenset[str]:
        """The groups of Limen in which somebody is by its word."""
        named = [self.groups.get(group, frozenset()) for group in said.groups]
        return self.everyone.union(*named, self.departments.get(said.department, frozenset()))

    def most_lost(self, linked: int) -> int:
        """From how many it may take access in a day, of so many people that are linked to it."""
        return max(self.people, linked * self.share // 100)


class PeopleSources(msgspec.Struct, frozen=True):
    """What `people.yaml` says. Where two sources own the same of somebody, the one that stands first decides."""

    sources: tuple[Source, ...] = ()

    def by_id(self) -> dict[str, Source]:
        return {one.id: one for one in self.sources}


class Waits(StrEnum):
    """Why an administrator has to look at what a source says of somebody. Nothing of theirs changed by it."""

    ADDRESS_TAKEN = "address-taken"
    """Somebody here has the address, and the source may not take them over."""
    UNFIT = "unfit"
    """The name or the address can't be one."""
    OTHER_DOMAIN = "other-domain"
    """The address is of a domain for which the source does not speak."""
    DEACTIVATED_HERE = "deactivated-here"
    """The source says they are active; they were deactivated or suspended here, and not by it."""
    HAS_ROLE = "has-role"
    """They have a role in Limen, and this source may not change that account so."""
    LAST_ADMINISTRATOR = "last-administrator"
    """Without them nobody could administer Limen."""
    FIRST_DAY_UNREAD = "first-day-unread"
    """The source says a first day that can't be read: whoever is not let in yet stays out until it can be."""
    LAST_DAY_UNREAD = "last-day-unread"
    """The source says a last day that can't be read: the one that is known stays, and nobody is let in by it."""
    IGNORED = "ignored"
    """An administrator said that this record stays out."""


class Held(StrEnum):
    """What the source would take from somebody is not taken: it would take from too many."""

    ASKED = "asked"
    """An administrator has not answered yet."""
    KEPT = "kept"
    """An administrator said that they keep access, until the source says otherwise."""


class Did(StrEnum):
    """What became of what a source said of one person."""

    ADDED = "added"
    ADOPTED = "adopted"
    CHANGED = "changed"
    ENDED = "ended"
    RETURNED = "returned"
    UNCHANGED = "unchanged"
    WAITS = "waits"
    HELD = "held"
    NOTHING = "nothing"
    """There is nobody here, and need not be: who is not active is not created."""
