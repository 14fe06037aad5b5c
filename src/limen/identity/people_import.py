"""A list of people against those who are here: what it would change, shown first; then done.

Who is not in the list stays, unless leaving them out is said to mean that they go. The same list again does nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from limen.clock import Instant
from limen.facts import Person
from limen.identity.errors import UnfitError
from limen.identity.invitation import Invitations
from limen.identity.leaving import refuse_unfit_last
from limen.identity.membership import Membership, an_administrator_remains
from limen.identity.model import IssuedLink, Member, PersonStatus
from limen.identity.people_csv import PROTECTED, PeopleFile, Row, Trouble
from limen.identity.ports import Ports
from limen.identity.sources.model import Owned
from limen.identity.sources.owning import OwnedElsewhereError, Ownership
from limen.identity.starting import refuse_after_last, refuse_unfit_first
from limen.identity.store import people
from limen.opaque import new_id
from limen.storage.database import Transaction

BATCH: Final = 250
"""How many people change in one transaction, so that nobody else waits for long to write."""
_IF_INTENDED: Final = "if that is intended, use --administrators or select the option"
MOST_BY_HAND: Final = 500
"""Links that one page shows; whoever has more people to invite is no longer helped by paper."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row says otherwise of somebody who is here."""

    member: Member
    row: Row

    @property
    def is_renamed(self) -> bool:
        return self.row.name != self.member.person.name

    @property
    def joins(self) -> frozenset[str]:
        return frozenset() if self.row.groups is None else self.row.groups - self.member.person.groups

    @property
    def leaves(self) -> frozenset[str]:
        return frozenset() if self.row.groups is None else self.member.person.groups - self.row.groups

    @property
    def speaks_otherwise(self) -> bool:
        return self.row.language is not None and self.row.language != self.member.language

    @property
    def is_any(self) -> bool:
        return self.is_renamed or bool(self.joins or self.leaves) or self.speaks_otherwise or bool(self.days)

    def refuse_owned(self, owned: Ownership) -> None:
        """Raises OwnedElsewhereError where a source owns what would change: its next word would change it back."""
        days = {Owned.FIRST_DAY: "first day" in self.days, Owned.LAST_DAY: "last day" in self.days}
        changes = {Owned.NAME: self.is_renamed, Owned.LANGUAGE: self.speaks_otherwise, **days}
        owned.refuse(*(one for one, is_changed in changes.items() if is_changed))
        owned.refuse_groups(self.joins | self.leaves)

    @property
    def days(self) -> dict[str, date]:
        """The first and the last day, where the list says another."""
        row, member = self.row, self.member
        said = {"first day": (row.first_day, member.first_day), "last day": (row.last_day, member.last_day)}
        return {name: day for name, (day, known) in said.items() if day is not None and day != known}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a list would change. `missing` are here and not in the list; `goes` says that they are let go."""

    new: tuple[Row, ...]
    changed: tuple[Change, ...]
    unchanged: int
    missing: tuple[Member, ...]
    problems: tuple[Trouble, ...]
    ignored: tuple[str, ...] = ()
    goes: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.new or self.changed or (self.goes and self.missing))

    @property
    def digest(self) -> str:
        """A name for exactly this, so that what is done is what was shown."""
        parts = [
            *(f"+{_plain(row)}" for row in self.new),
            *(f"~{one.member.person.id}{_plain(one.row)}{_was(one.member)}" for one in self.changed),
            *(f"-{one.person.id}" for one in self.missing if self.goes),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _was(member: Member) -> tuple[object, ...]:
    who = (member.person.name, sorted(member.person.groups), member.language, member.status)
    return (*who, member.first_day, member.last_day)


def _plain(row: Row) -> tuple[object, ...]:
    groups = None if row.groups is None else sorted(row.groups)
    return row.name, row.email, groups, row.language, row.first_day, row.last_day


class Invite(StrEnum):
    """How whoever is new gets the link to enrol with: by mail, from whoever imports the list, or not yet."""

    BY_MAIL = "mail"
    BY_HAND = "hand"
    LATER = "later"


class Done(NamedTuple):
    """How many were added, changed, let go and invited by mail; and the links to hand over, each with its name."""

    added: int = 0
    changed: int = 0
    deactivate: int = 0
    mailed: int = 0
    links: tuple[tuple[str, IssuedLink], ...] = ()

    def and_then(self, more: Done) -> Done:
        return Done(
            self.added + more.added,
            self.changed + more.changed,
            self.deactivate + more.deactivate,
            self.mailed + more.mailed,
            self.links + more.links,
        )


def difference(
    read: PeopleFile,
    members: Iterable[Member],
    *,
    guarding: Collection[str],
    owned: Mapping[str, Ownership],
    on: date,
    remove_missing: bool = False,
    may_protected: bool = False,
) -> Difference:
    """What the list that was read would change of these people.

    `guarding` are the groups that give somebody a role under the policies in force, `owned` by id what of somebody is
    a source's, which the list changes nothing of. `on` is today. `may_protected`: the list may also change who is in
    those groups, who administers Limen and who breaks glass, and when they start and leave.
    """
    protected = PROTECTED.union(guarding)
    here = {one.person.email: one for one in members}
    problems, new, changed, unchanged = list(read.problems), [], [], 0
    for row in read.rows:
        member = here.pop(row.email, None)
        if member is not None and member.status is PersonStatus.INACTIVE:
            problems.append(
                Trouble(row.line, "", f"{row.email} is deactivated", "reactivate them first, on their page")
            )
            continue
        change = Change(member, row) if member else None
        guarded = None if may_protected else _guarded(row, change, protected)
        wrong = guarded or _wrong_day(row, change, on) or (_theirs(change, owned) if change else None)
        if wrong is not None:
            problems.append(wrong)
        elif change is None:
            new.append(row)
        elif change.is_any:
            changed.append(change)
        else:
            unchanged += 1
    missing = tuple(one for one in here.values() if one.status is not PersonStatus.INACTIVE)
    if remove_missing and not may_protected:
        for one in missing:
            if one.person.groups & protected:
                what = (
                    f"{one.person.name} is not in the list and would be deactivated, but belongs to a protected group"
                )
                problems.append(Trouble(0, "", what, _IF_INTENDED))
    unread = {problem.row for problem in problems if problem.row}
    if remove_missing and unread:
        what = "nobody is deactivated while the list has errors"
        problems.append(Trouble(0, "", what, "fix the other problems first"))
    return Difference(
        tuple(new), tuple(changed), unchanged, missing, tuple(problems), read.ignored, goes=remove_missing
    )


def _guarded(row: Row, change: Change | None, protected: Collection[str]) -> Trouble | None:
    """What a row would change of who is in a protected group, or of when somebody in one has access."""
    moved = (change.joins | change.leaves) if change else (row.groups or frozenset())
    if moved & frozenset(protected):
        which = ", ".join(sorted(moved & frozenset(protected)))
        return Trouble(row.line, "groups", f"this would change who is in {which}", _IF_INTENDED)
    held = change.member.person.groups & frozenset(protected) if change else frozenset()
    if change and change.days and held:
        what = f"this would change the {' and '.join(change.days)} of somebody in {', '.join(sorted(held))}"
        return Trouble(row.line, next(iter(change.days)), what, _IF_INTENDED)
    return None


def _wrong_day(row: Row, change: Change | None, on: date) -> Trouble | None:
    """What is wrong with a day that the list says newly; as on somebody's page."""
    days = change.days if change else {"first day": row.first_day, "last day": row.last_day}
    first, last = days.get("first day"), days.get("last day")
    known_first, known_last = (change.member.first_day, change.member.last_day) if change else (None, None)
    try:
        if first is not None:
            refuse_unfit_first(first, on)
        if last is not None:
            refuse_unfit_last(last, on)
        if first is not None or last is not None:
            refuse_after_last(first or known_first, last or known_last)
    except UnfitError as wrong:
        return Trouble(row.line, wrong.field.replace("_", " "), wrong.what, wrong.fix)
    return None


def _theirs(change: Change, owned: Mapping[str, Ownership]) -> Trouble | None:
    """What a row would change of what a source owns; None where it leaves that alone."""
    try:
        change.refuse_owned(owned.get(change.member.person.id, Ownership()))
    except OwnedElsewhereError as error:
        return Trouble(change.row.line, "", error.what, error.fix)
    return None


class PeopleImport:
    """Does what a difference shows."""

    def __init__(self, ports: Ports, invitations: Invitations, inviter: str = "") -> None:
        """`inviter` is whom mails name where no person does it, but somebody on the server."""
        self._ports = ports
        self._invitations = invitations
        self._inviter = inviter

    async def apply(self, shown: Difference, *, by: str, invite: Invite = Invite.LATER) -> Done:
        """Do exactly what was shown, in batches; each is one transaction, and looks anew at who is here.

        Raises UnfitError for a difference with problems, for more links than can be handed over, and where somebody
        changed meanwhile; LastAdministratorError, NobodyCouldAdministerError. Batches before that stay.
        """
        if invite is Invite.BY_HAND and len(shown.new) > MOST_BY_HAND:
            raise UnfitError(
                "file",
                f"More than {MOST_BY_HAND} links can't be shown at once",
                "split the list, or choose to invite them later",
            )
        if shown.problems:
            raise UnfitError("file", "The list has problems", "fix them and import it again")
        now = self._ports.now()
        work: list[Row | Change | Member] = [*shown.new, *shown.changed, *(shown.missing if shown.goes else ())]
        done = Done()
        for start in range(0, len(work), BATCH):
            part = work[start : start + BATCH]
            commit = self._ports.take if any(map(_takes, part)) else self._ports.write
            did = await commit(lambda transaction, part=part: self._batch(transaction, part, by, now, invite))  # type: ignore[misc]
            done = done.and_then(did)
        return done

    def _batch(
        self,
        transaction: Transaction,
        part: list[Row | Change | Member],
        by: str,
        now: Instant,
        invite: Invite,
    ) -> Done:
        members = Membership(transaction, now, by, by_list=True)
        added = changed = deactivate = 0
        links: list[tuple[str, IssuedLink]] = []
        with an_administrator_remains(transaction):
            for one in part:
                if isinstance(one, Row):
                    issued = self._add(members, one, invite)
                    links += [(one.name, issued)] if issued and invite is Invite.BY_HAND else []
                    added += 1
                elif isinstance(one, Change):
                    _apply(members, one)
                    changed += 1
                else:
                    _still(transaction, one)
                    members.deactivate(one.person.id)
                    deactivate += 1
        return Done(added, changed, deactivate, added if invite is Invite.BY_MAIL else 0, tuple(links))

    def _add(self, members: Membership, row: Row, invite: Invite) -> IssuedLink | None:
        person = Person(new_id("p"), row.name, row.email, groups=row.groups or frozenset())
        language = row.language or ""
        if not members.add(person, language):
            raise _overtaken()
        _set_days(members, person.id, row)
        if invite is Invite.LATER:
            return None
        return self._invitations.issue(
            members.transaction,
            person,
            by=members.by,
            now=members.now,
            by_mail=invite is Invite.BY_MAIL,
            language=language,
            inviter=self._inviter,
        )


def _takes(one: Row | Change | Member) -> bool:
    """Whether it may take access from somebody, at once or on a day."""
    return isinstance(one, Member) or (isinstance(one, Change) and bool(one.leaves or one.days))


def _apply(members: Membership, change: Change) -> None:
    person_id, row = change.member.person.id, change.row
    _still(members.transaction, change.member)
    if change.is_renamed:
        members.rename(person_id, row.name)
    if row.groups is not None and (change.joins or change.leaves):
        members.set_groups(person_id, row.groups)
    if row.language is not None:
        people.set_language(members.transaction.connection, person_id, row.language)
    _set_days(members, person_id, row)


def _set_days(members: Membership, person_id: str, row: Row) -> None:
    if row.first_day is not None:
        members.set_first_day(person_id, row.first_day)
    if row.last_day is not None:
        members.set_last_day(person_id, row.last_day)


def _still(transaction: Transaction, member: Member) -> None:
    """Raises UnfitError where this person is not as they were shown."""
    now = people.by_id(transaction.connection, member.person.id)
    if now is None or replace(now, active=member.person.active) != member.person:
        raise _overtaken()
    if people.status_of(transaction.connection, member.person.id) is PersonStatus.INACTIVE:
        raise _overtaken()


def _overtaken() -> UnfitError:
    return UnfitError("file", "Someone was changed in the meantime", "import the list again and review the changes")
