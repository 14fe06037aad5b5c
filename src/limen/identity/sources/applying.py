"""What a source says of people, applied inside one transaction: created, changed, ended, or left to an administrator.

Nobody is taken over: a record with the address of somebody who is not linked to its source waits, unless `people.yaml`
lets the source adopt people of that mail domain; whoever has a role in Limen is never adopted. A source that would take
access from too many people in a day takes from nobody more, until an administrator answers. What is said again changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.facts import Person
from limen.identity.errors import LastAdministratorError
from limen.identity.events import Details, record as tell
from limen.identity.membership import Membership, an_administrator_remains
from limen.identity.model import ADMINISTRATORS, PersonStatus
from limen.identity.sources import store
from limen.identity.sources.deciding import (
    Here,
    Step,
    domain_of,
    fit,
    given,
    held_still,
    is_first_day_unread,
    is_last_day_unread,
    language_of,
    step,
)
from limen.identity.sources.model import Did, Held, Owned, PeopleSources, Source, SourcePerson, Waits
from limen.identity.sources.store import Record
from limen.identity.store import people
from limen.opaque import new_id
from limen.policy.roles import Guarding
from limen.storage.database import Snapshot, Transaction

STOPPED = "people_source.stopped"
LINKED = "people_source.linked"
UNREAD = {
    Waits.FIRST_DAY_UNREAD: "people_source.first_day_unread",
    Waits.LAST_DAY_UNREAD: "people_source.last_day_unread",
}
SPARED = "people_source.spared"


class WithRoles(StrEnum):
    """What happens where access would be taken from somebody who has a role in Limen."""

    RAISE = "raise"
    """RoleTakenError: whoever commits has to look whether somebody can still administer Limen."""
    TAKE = "take"
    SPARE = "spare"
    """Each without whom nobody could administer Limen keeps it, and their record waits."""


class RoleTakenError(LimenError):
    """Access would be taken from somebody who has a role in Limen."""

    def __init__(self) -> None:
        super().__init__("access would be taken from somebody who has a role", "apply it with WithRoles.TAKE")


@dataclass(frozen=True, slots=True)
class Rules:
    """By what is decided: every source that is declared, and who is guarded under the policies in force."""

    sources: PeopleSources
    guarding: Guarding


def step_of(snapshot: Snapshot, record: Record, rules: Rules) -> tuple[Step, Here | None]:
    """What has to change of the person whom a record is linked to; of nobody where it is linked to none."""
    connection = snapshot.connection
    person = people.by_id(connection, record.person_id) if record.person_id else None
    status = people.status_of(connection, record.person_id) if person is not None else None
    if person is None or status is None:
        return Step(), None
    several = store.of_person(connection, person.id)
    others = [one for one in several if not _is_same(one, record)]
    before = next((one.said for one in several if _is_same(one, record)), None)
    here = Here(
        person=person,
        status=status,
        language=people.language_of(connection, person.id),
        first_day=people.first_day_of(connection, person.id),
        last_day=people.last_day_of(connection, person.id),
        has_role=rules.guarding.has_role(person),
    )
    return step(record, [*others, record], here, rules.sources.sources, rules.guarding.groups, before), here


@dataclass(slots=True)
class Applying:
    """One source's word, in one transaction. `invite` issues an invitation, `readdressed` tells of another address.

    `holds`: nothing is taken from anybody, for all of it together would be too much. `locked_out` says why nobody could
    administer Limen ("": somebody can), `today` is the day in the company.
    """

    transaction: Transaction
    now: Instant
    source: Source
    rules: Rules
    invite: Callable[[Membership, Person, str], object]
    readdressed: Callable[[Transaction, Person, str], object]
    locked_out: Callable[[Snapshot], str]
    today: date
    by: str = ""
    with_roles: WithRoles = WithRoles.RAISE
    holds: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    stopped_by: LimenError | None = None
    """What was raised where access would have been taken from somebody with a role, also if somebody caught it."""

    def say(self, said: SourcePerson) -> Did:
        """Apply what the source says of one person. Raises UnfitError for what is too large, RoleTakenError."""
        said.refuse_oversize()
        before = store.record_of(self.transaction.connection, self.source.id, said.external_id)
        if before is None:
            return self.settle(Record(self.source.id, said.external_id, said, is_due=True, changed_at=self.now))
        is_changed = before.said != said or not before.is_there
        changed_at = self.now if is_changed else before.changed_at
        return self.settle(replace(before, said=said, is_there=True, changed_at=changed_at))

    def gone(self, external_id: str) -> Did:
        """The source names somebody no more. Raises RoleTakenError."""
        before = store.record_of(self.transaction.connection, self.source.id, external_id)
        if before is None:
            return self._did(Did.NOTHING)
        return self.settle(
            replace(before, is_there=False, changed_at=self.now if before.is_there else before.changed_at)
        )

    def settle(self, record: Record) -> Did:
        """Apply what a record says, and keep it. Raises RoleTakenError, LastAdministratorError."""
        try:
            return self._settle(record)
        except (RoleTakenError, LastAdministratorError) as stopped:
            self.stopped_by = stopped
            raise

    def _settle(self, record: Record) -> Did:
        if record.waits == Waits.IGNORED and not record.person_id:
            return self._keep(replace(record, is_due=False), Did.NOTHING)
        if record.person_id and people.by_id(self.transaction.connection, record.person_id) is not None:
            return self._did(self._reconcile(record))
        if not record.is_there:
            store.forget(self.transaction.connection, record.source, record.external_id)
            return self._did(Did.NOTHING)
        return self._join(replace(record, person_id=""))

    # Somebody new

    def _join(self, record: Record) -> Did:
        name, email, waits = fit(record.said, self.source)
        if waits:
            return self._wait(record, waits)
        holder = people.by_email(self.transaction.connection, email)
        if holder is not None:
            return self._adopt(record, holder)
        if not record.said.is_active:
            return self._keep(replace(record, waits="", is_due=False), Did.NOTHING)
        if is_first_day_unread(record.said, self.source):
            return self._wait(record, Waits.FIRST_DAY_UNREAD)
        if is_last_day_unread(record.said, self.source):
            return self._wait(record, Waits.LAST_DAY_UNREAD)
        groups = given(self.source, record.said, self.rules.guarding.groups)
        person = Person(new_id("p"), name, email, groups=groups)
        language = language_of(record.said)
        members = self._members()
        if not members.add(person, language):
            return self._wait(record, Waits.ADDRESS_TAKEN)
        if Owned.FIRST_DAY in self.source.owns and record.said.first_day is not None:
            members.set_first_day(person.id, record.said.first_day)  # before they are invited
        if Owned.LAST_DAY in self.source.owns and record.said.last_day is not None:
            members.set_last_day(person.id, record.said.last_day)
        if self.source.invites:
            self.invite(members, person, language)
        return self._keep(replace(record, person_id=person.id, waits="", is_due=False), Did.ADDED)

    def _adopt(self, record: Record, holder: Person) -> Did:
        if not may_adopt(self.transaction, self.source, holder, self.rules):
            return self._wait(record, Waits.ADDRESS_TAKEN)
        return self.link(record, holder.id)

    def link(self, record: Record, person_id: str) -> Did:
        """From now on this record is about this person."""
        tell(self.transaction, self.now, LINKED, {"source": self.source.id}, by=self.by, subject=person_id)
        did = self._reconcile(replace(record, person_id=person_id, waits=""))
        return self._did(did if did in {Did.WAITS, Did.HELD, Did.ENDED} else Did.ADOPTED)

    # Somebody who is here

    def _reconcile(self, record: Record) -> Did:
        todo, here = step_of(self.transaction, record, self.rules)
        if here is None:
            raise LimenError(f"nobody is called {record.person_id}", "look up who a record is linked to first")
        before = record.waits
        self._tell_unread(record, todo.waits)
        record = replace(record, is_due=False, waits=todo.waits, held=held_still(record, todo.takes))
        did = Did.WAITS if todo.waits else Did.UNCHANGED
        if todo.takes and not self._may_take(record):
            takes = (record.takes if record.held == Held.KEPT else frozenset()) or todo.takes
            record, did = replace(record, held=record.held or self._ask(), takes=takes), Did.HELD
            todo = todo.without_taking()
        elif todo.takes and here.has_role and self._is_spared(todo, here):
            self._tell_spared(record, before)
            todo = todo.without_taking()
            record, did = replace(record, held="", takes=frozenset(), waits=Waits.LAST_ADMINISTRATOR), Did.WAITS
        else:
            record = replace(record, held="", takes=frozenset())
        done, waits = self._do(todo, here)
        if waits:
            record, did = replace(record, waits=waits), Did.WAITS
        if todo.takes:
            by_it = todo.ends and here.status is not PersonStatus.SUSPENDED  # who was suspended here stays out
            record = replace(record, taken_at=self.now, is_ended=record.is_ended or by_it)
        if todo.returns:
            record = replace(record, is_ended=False)
        store.save(self._connection, record)
        return done if did is Did.UNCHANGED else did

    def _do(self, todo: Step, here: Here) -> tuple[Did, str]:
        """Do it; what became of it, and why something has to wait after all."""
        members, person, waits = self._members(), here.person, ""
        if todo.ends:
            with an_administrator_remains(self.transaction):
                members.deactivate(person.id)
            return Did.ENDED, ""
        if todo.returns:
            day = todo.last_day[0] if todo.last_day is not None else todo.kept_last_day
            members.reactivate(person.id, keeps=todo.kept_last_day, is_over=day is not None and day < self.today)
        if todo.name:
            members.rename(person.id, todo.name)
        if todo.email:
            if members.readdress(person.id, todo.email):
                self.readdressed(self.transaction, person, todo.email)
            else:
                waits = Waits.ADDRESS_TAKEN
        if todo.joins or todo.leaves:
            with an_administrator_remains(self.transaction):
                members.set_groups(person.id, (person.groups | todo.joins) - todo.leaves)
        if todo.language is not None:
            members.set_language(person.id, todo.language)
        if todo.first_day is not None:
            members.set_first_day(person.id, todo.first_day[0])
        if todo.last_day is not None:
            members.set_last_day(person.id, todo.last_day[0])
        changed = Did.CHANGED if todo.is_any else Did.UNCHANGED
        return (Did.RETURNED if todo.returns else changed), waits

    # The stop

    def _may_take(self, record: Record) -> bool:
        """Whether this source may take access from one person more. Who is counted already is not asked about again."""
        if self.holds or record.held:
            return False
        day = self.now - DAY
        if record.taken_at > day:
            return True
        if store.count_held(self._connection, self.source.id, Held.ASKED):
            return False
        taken = store.taken_since(self._connection, self.source.id, day + 1)
        return taken < self.source.most_lost(store.count_linked(self._connection, self.source.id, day + 1))

    def _ask(self) -> Held:
        """It is held, and an administrator is asked; told once, with the first."""
        if not store.count_held(self._connection, self.source.id, Held.ASKED):
            tell(self.transaction, self.now, STOPPED, {"source": self.source.id}, by=self.by)
        return Held.ASKED

    # The last administrator

    def _is_spared(self, todo: Step, here: Here) -> bool:
        """Whether somebody with a role keeps what this would take. Raises RoleTakenError."""
        if self.with_roles is WithRoles.RAISE:
            raise RoleTakenError
        return self.with_roles is WithRoles.SPARE and self._is_needed(todo, here)

    def _is_needed(self, todo: Step, here: Here) -> bool:
        """Whether nobody could administer Limen any more after this. It is tried, and undone."""
        connection, was_locked_out = self._connection, bool(self.locked_out(self.transaction))
        had_some = bool(people.active_in(connection, ADMINISTRATORS))
        trial = connection.begin_nested()
        try:
            if todo.ends:
                people.set_status(connection, here.person.id, PersonStatus.INACTIVE)
            else:
                people.set_groups(connection, here.person.id, (here.person.groups | todo.joins) - todo.leaves)
            has_none = had_some and not people.active_in(connection, ADMINISTRATORS)
            return has_none or (not was_locked_out and bool(self.locked_out(self.transaction)))
        finally:
            trial.rollback()

    def _tell_spared(self, record: Record, before: str) -> None:
        """Told once: when they are spared first."""
        if before != Waits.LAST_ADMINISTRATOR:
            details: Details = {"source": self.source.id}
            tell(self.transaction, self.now, SPARED, details, by=self.by, subject=record.person_id)

    # Small things

    def _tell_unread(self, record: Record, waits: str) -> None:
        """Told once: with the first word that can't be read."""
        if waits in UNREAD and waits != record.waits:
            details: Details = {"source": self.source.id}
            tell(self.transaction, self.now, UNREAD[Waits(waits)], details, by=self.by, subject=record.person_id)

    @property
    def _connection(self) -> Connection:
        return self.transaction.connection

    def _members(self) -> Membership:
        return Membership(self.transaction, self.now, self.by, source=self.source.id)

    def _wait(self, record: Record, waits: str) -> Did:
        self._tell_unread(record, waits)
        return self._keep(replace(record, waits=waits, is_due=False), Did.WAITS)

    def _keep(self, record: Record, did: Did) -> Did:
        store.save(self._connection, record)
        return self._did(did)

    def _did(self, did: Did) -> Did:
        self.counts[did] = self.counts.get(did, 0) + 1
        return did


def may_adopt(snapshot: Snapshot, source: Source, holder: Person, rules: Rules) -> bool:
    """Whether a source may take over somebody who is here already and not linked to it."""
    is_linked = any(one.source == source.id for one in store.of_person(snapshot.connection, holder.id))
    return not is_linked and domain_of(holder.email) in source.adopts and not rules.guarding.has_role(holder)


def _is_same(one: Record, other: Record) -> bool:
    return (one.source, one.external_id) == (other.source, other.external_id)
