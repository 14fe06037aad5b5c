"""What of somebody a source owns: it is changed there, and here it is only read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from limen.identity.errors import IdentityError
from limen.identity.sources.model import Owned, PeopleSources, Source
from limen.identity.sources.store import Record

CALLED: Final = {
    Owned.NAME: "the name",
    Owned.EMAIL: "the email address",
    Owned.LANGUAGE: "the language",
    Owned.GROUPS: "these groups",
    Owned.ACTIVE: "whether they have access",
    Owned.FIRST_DAY: "the first day",
    Owned.LAST_DAY: "the last day",
}


class OwnedElsewhereError(IdentityError):
    """Somebody would change here what a source owns. It would be changed back with the source's next word."""

    def __init__(self, owned: Owned, source: Source) -> None:
        super().__init__(
            f"{source.title} owns {CALLED[owned]}",
            f"change it there, or take `{owned}` out of what the source {source.id} owns in people.yaml",
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """A source that names somebody, and what it said last."""

    source: Source
    record: Record


@dataclass(frozen=True, slots=True)
class Ownership:
    """Of one person. `linked` are all sources that name them, in the order of `people.yaml`; `owners` says of each
    thing which source's word counts, and `groups` of each group that a source decides about.
    """

    linked: tuple[Linked, ...] = ()
    owners: Mapping[Owned, Source] = field(default_factory=dict)
    groups: Mapping[str, Source] = field(default_factory=dict)

    @property
    def says_inactive(self) -> bool:
        """Whether the source that decides about it says that they have no access."""
        owner = self.owners.get(Owned.ACTIVE)
        return any(one.source is owner and not one.record.said.is_active for one in self.linked)

    def refuse(self, *changed: Owned) -> None:
        """Raises OwnedElsewhereError where a source owns one of these."""
        for owned in changed:
            if owned in self.owners:
                raise OwnedElsewhereError(owned, self.owners[owned])

    def refuse_groups(self, changed: Iterable[str]) -> None:
        """Raises OwnedElsewhereError where a source decides who is in one of these groups."""
        for group in sorted(changed):
            if group in self.groups:
                raise OwnedElsewhereError(Owned.GROUPS, self.groups[group])


OwnedBySources = Callable[[Connection, str], Ownership]
"""What sources own of the person with this ID."""


def ownership(records: Iterable[Record], declared: PeopleSources, guarding: frozenset[str]) -> Ownership:
    """`records` are what all sources say of one person, `guarding` the groups that give a role: no source decides about
    those unless it may. A day that the source does not say is not owned.
    """
    of = {one.source: one for one in records if one.is_there}
    linked = tuple(Linked(source, of[source.id]) for source in declared.sources if source.id in of)
    owners: dict[Owned, Source] = {}
    groups: dict[str, Source] = {}
    for one in linked:
        said, source = one.record.said, one.source
        unsaid = {Owned.FIRST_DAY: said.first_day is None, Owned.LAST_DAY: said.last_day is None}
        for owned in source.owns:
            if not unsaid.get(owned, False):
                owners.setdefault(owned, source)
        if Owned.GROUPS in source.owns:
            for group in source.given_groups if source.administrators else source.given_groups - guarding:
                groups.setdefault(group, source)
    return Ownership(linked, owners, groups)
