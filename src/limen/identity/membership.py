"""What is done to people inside one transaction, whoever asks for it: somebody's page, a list of people, an erasure.

Each operation changes the rows, ends what has to end with them, marks what changed and says its event. Whether nobody
could administer Limen afterwards is asked by whoever commits (`Ports.take`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from limen import credentials
from limen.clock import HOUR, Instant, Milliseconds
from limen.credentials import Cause, Ending
from limen.facts import Person
from limen.identity.departures.departures import begin, came_back, note_move
from limen.identity.departures.model import Why
from limen.identity.errors import LastAdministratorError
from limen.identity.events import Details, record
from limen.identity.links import withdraw_links
from limen.identity.model import ADMINISTRATORS, PersonStatus
from limen.identity.sessions import end_everything_of
from limen.identity.sources.store import forget_ends
from limen.identity.store import factors, issuer_accounts, people, suspensions
from limen.storage.database import Transaction
from limen.synthetic import is_synthetic

LET_GO: Final = "person-let-go"
SUSPENDED: Final = "suspended"
AFTER_LAST_DAY: Final = "last-day"
BY_SIGNAL: Final = "signal "
"""Marks of suspensions (`Membership.suspend`); behind the second stands the service that said so."""
LAST_DAY: Final = "last-day"
NO_LAST_DAY: Final = "last-day-removed"
FIRST_DAY: Final = "first-day"
NO_FIRST_DAY: Final = "first-day-removed"
MOST_NAMED: Final = 300
"""Of the groups that somebody joined or left, in characters."""
SETUP: Final[Milliseconds] = HOUR
"""So long after the first administrator came Limen is being set up: they name the second, as Limen asks for."""
_BREAK_GLASS: Final = "break-glass"
_OVER_LIMEN: Final = frozenset({ADMINISTRATORS, _BREAK_GLASS, "helpdesk", "auditors"})


@contextmanager
def an_administrator_remains(transaction: Transaction) -> Iterator[None]:
    """Raises LastAdministratorError where what is done inside leaves nobody active in the group of administrators.

    Where nobody was in it before, it takes nobody from it.
    """
    had_some = bool(people.active_in(transaction.connection, ADMINISTRATORS))
    yield
    if had_some and not people.active_in(transaction.connection, ADMINISTRATORS):
        raise LastAdministratorError


@dataclass(frozen=True, slots=True)
class Membership:
    """The operations of one transaction. `by` is the id of who does it; `by_list` whether a list of people says so,
    `source` which source of people, by its id in `people.yaml`.
    """

    transaction: Transaction
    now: Instant
    by: str
    by_list: bool = False
    source: str = ""

    def add(self, person: Person, language: str = "") -> bool:
        """Somebody who can do nothing yet; False when the email address is taken."""
        is_setup = self._is_setup(person.groups)
        if not people.add(self.transaction.connection, person, PersonStatus.INVITED, self.now, language):
            return False
        self._say("person.invited", person.id, joined=person.groups, is_setup=is_setup)
        return True

    def rename(self, person_id: str, name: str) -> None:
        people.set_name(self.transaction.connection, person_id, name)
        self._say("person.changed", person_id, "name")

    def readdress(self, person_id: str, email: str) -> bool:
        """Another e-mail address; the links that were sent to the one before are dead. False when it is taken."""
        if not people.set_email(self.transaction.connection, person_id, email):
            return False
        withdraw_links(self.transaction, person_id, self.now)
        self._say("person.changed", person_id, "email")
        return True

    def set_groups(self, person_id: str, groups: frozenset[str]) -> int:
        """Into exactly these groups. Returns how many open links died by it: those that a helper may hold."""
        before = people.groups_of(self.transaction.connection, person_id)
        is_setup = self._is_setup(groups - before)
        people.set_groups(self.transaction.connection, person_id, groups)
        self._say(
            "person.changed", person_id, "groups", joined=groups - before, left=before - groups, is_setup=is_setup
        )
        if before == groups:
            return 0
        moved = Ending(
            cause=Cause.MOVED,
            holder=person_id,
            now=self.now,
            by=self.by,
            reason="groups-changed",
            groups=groups,
            left=before - groups,
        )
        ended = credentials.end(self.transaction, moved)
        if before - groups or any(ended.values()):
            self._moves(person_id, before, groups, ended)
        return ended["links"]

    def deactivate(self, person_id: str) -> None:
        """Inactive, and all that ends with that is ended: the password and code as well as every session and token.
        Where no source says so, no source may give it back.
        """
        if not self.source:
            forget_ends(self.transaction.connection, person_id)
            suspensions.forget(self.transaction.connection, person_id)
        people.set_status(self.transaction.connection, person_id, PersonStatus.INACTIVE)
        ended = end_everything_of(self.transaction, person_id, self.now, self.by, LET_GO, cause=Cause.DEACTIVATED)
        self._say("person.changed", person_id, "let-go")
        self._departs(person_id, Why.DEACTIVATED, ended)

    def reactivate(self, person_id: str, *, keeps: date | None = None, is_over: bool = False) -> None:
        """Let in again, with the passkeys and linked accounts that stayed; who has none is invited anew. Where a source
        says so, and not an administrator, whoever else suspended them meanwhile or before goes on.
        They `keep` this last day; where it `is_over`, they are suspended as after any.
        """
        connection = self.transaction.connection
        if self.source and is_over:
            suspensions.add(connection, person_id, AFTER_LAST_DAY, self.now)
        elif self.source:
            suspensions.remove(connection, person_id, AFTER_LAST_DAY)
        else:
            suspensions.forget(connection, person_id)
        is_held = bool(suspensions.of(connection, person_id))
        people.set_status(connection, person_id, PersonStatus.SUSPENDED if is_held else self._back(person_id))
        self._say("person.changed", person_id, "taken-back")
        came_back(self.transaction, person_id, self.now, by=self.by)
        forget_ends(connection, person_id)
        self.set_last_day(person_id, keeps)

    def _back(self, person_id: str) -> PersonStatus:
        """What whoever was out is now that nothing keeps them out."""
        connection = self.transaction.connection
        has_way_in = bool(factors.held_by(connection, person_id) or issuer_accounts.of(connection, person_id))
        return PersonStatus.ACTIVE if has_way_in else PersonStatus.INVITED

    def set_language(self, person_id: str, language: str) -> None:
        """The language that they are written to in; no event, for it changes nothing that they may do."""
        people.set_language(self.transaction.connection, person_id, language)

    def set_last_day(self, person_id: str, day: date | None) -> bool:
        """Their last day with access, or that they stay. False where that was known."""
        if people.last_day_of(self.transaction.connection, person_id) == day:
            return False
        people.set_last_day(self.transaction.connection, person_id, day)
        change, said = (NO_LAST_DAY, "") if day is None else (LAST_DAY, day.isoformat())
        self._say("person.changed", person_id, change, last_day=said)
        return True

    def set_first_day(self, person_id: str, day: date | None) -> bool:
        """The first day on which anything opens to them; None: from now on. False where that was known."""
        if people.first_day_of(self.transaction.connection, person_id) == day:
            return False
        people.set_first_day(self.transaction.connection, person_id, day)
        change, said = (NO_FIRST_DAY, "") if day is None else (FIRST_DAY, day.isoformat())
        self._say("person.changed", person_id, change, first_day=said)
        return True

    def end_after_last_day(self, person_id: str, status: PersonStatus) -> None:
        """Suspended, as their last day is over; who never came is deactivated. Raises LastAdministratorError."""
        if status is PersonStatus.INVITED:
            self.deactivate(person_id)
        else:
            suspensions.add(self.transaction.connection, person_id, AFTER_LAST_DAY, self.now)
            self._departs(person_id, Why.LAST_DAY, self._suspend(person_id))

    def suspend(self, person_id: str, mark: str) -> bool:
        """Inactive for a while, and signed out everywhere; what they sign in with stays. `mark` says who holds that: it
        goes on until each that holds it has resumed it. Whoever is deactivated stays so, and is suspended once a source
        takes them back. False where this one held it before. Raises LastAdministratorError.
        """
        status = people.status_of(self.transaction.connection, person_id)
        if status is None:
            return False
        if is_in := status in {PersonStatus.ACTIVE, PersonStatus.INVITED}:
            self._suspend(person_id)  # first: whoever can't be suspended is held by nobody
        return suspensions.add(self.transaction.connection, person_id, mark, self.now) or is_in

    def _suspend(self, person_id: str) -> Mapping[str, int]:
        """How many of each kind ended."""
        with an_administrator_remains(self.transaction):
            people.set_status(self.transaction.connection, person_id, PersonStatus.SUSPENDED)
        ended = end_everything_of(self.transaction, person_id, self.now, self.by, SUSPENDED)
        self._say("person.changed", person_id, SUSPENDED)
        return ended

    def _moves(self, person_id: str, before: frozenset[str], groups: frozenset[str], ended: Mapping[str, int]) -> None:
        left, joined = before - groups, groups - before
        about = {"by": self.by, "source": self.source}
        note_move(self.transaction, person_id, self.now, ended=ended, left=left, joined=joined, **about)

    def _departs(self, person_id: str, why: Why, ended: Mapping[str, int]) -> None:
        if is_synthetic(person_id):
            return  # its probe asks every surface itself, and nobody has left
        begin(self.transaction, person_id, why, self.now, by=self.by, ended=ended, source=self.source)

    def resume(self, person_id: str, mark: str) -> bool:
        """What holds this mark lets go. They are active again, as before they were suspended, unless another holds it:
        then it is False, as where they are not suspended any more. Whoever was deactivated meanwhile stays so.
        """
        connection = self.transaction.connection
        if not suspensions.remove(connection, person_id, mark) or suspensions.of(connection, person_id):
            return False
        if people.status_of(connection, person_id) is not PersonStatus.SUSPENDED:
            return False
        people.set_status(connection, person_id, self._back(person_id))
        came_back(self.transaction, person_id, self.now, by=self.by)
        self._say("person.changed", person_id, "resumed")
        return True

    def _is_setup(self, joined: frozenset[str]) -> bool:
        """Whether this is the second administrator, named by the first within an hour of their own coming. Nobody else
        was one before, whether they came or not, so it is so once.
        """
        if ADMINISTRATORS not in joined or _BREAK_GLASS in joined:
            return False
        there = people.all_in(self.transaction.connection, ADMINISTRATORS)
        return list(there) == [self.by] and 0 <= self.now - there[self.by] <= SETUP

    def _say(
        self,
        kind: str,
        person_id: str,
        change: str = "",
        joined: frozenset[str] = frozenset(),
        left: frozenset[str] = frozenset(),
        *,
        is_setup: bool = False,
        first_day: str = "",
        last_day: str = "",
    ) -> None:
        days = {"first_day": first_day, "last_day": last_day}
        said = {"change": change, "joined": _listed(joined), "left": _listed(left), **days}
        details: Details = {
            **({"by_list": True} if self.by_list else {}),
            **({"source": self.source} if self.source else {}),
            **({"setup": True} if is_setup else {}),
            **{name: value for name, value in said.items() if value},
        }
        self.transaction.changed("person", person_id)
        beside = {"left": left} if left else {}
        record(self.transaction, self.now, kind, details, beside, by=self.by, subject=person_id)


def _listed(groups: frozenset[str]) -> str:
    """Groups as an event names them: those that decide about Limen first, since a long list is cut."""
    return ", ".join(sorted(groups, key=lambda one: (one not in _OVER_LIMEN, one)))[:MOST_NAMED]
