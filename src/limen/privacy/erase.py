"""Erases one person: all rows in one transaction, then the journal's bodies, then files of mails.

The transaction is what counts. Everything after it follows from the list of who was erased, and is done again after
every start until it is done, so a stop in the middle leaves nothing half done.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from limen import credentials
from limen.clock import Instant
from limen.credentials import Cause, Ending
from limen.events import Event
from limen.identity.errors import LastAdministratorError
from limen.identity.membership import an_administrator_remains
from limen.identity.model import PersonStatus
from limen.identity.sessions import end_everything_of
from limen.identity.store import erasure, people
from limen.mail import store as mails
from limen.pillar import ErasedPerson
from limen.pillars import changed_by_erasing, erase_names
from limen.printable import one_line
from limen.privacy.errors import NobodyError, OneselfError, ReasonError, StillHereError
from limen.privacy.tombstones import read_tombstones, write_tombstones
from limen.storage import Database, Snapshot, Transaction
from limen.storage.journal import Journal

LONGEST_REASON: Final = 300
RESTORED: Final = "erased before the backup was restored"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Goes:
    """What erasing a person would delete: the number of rows by table. `name` is for those who may see it."""

    person_id: str
    name: str
    email: str
    status: PersonStatus
    rows: dict[str, int]


def whom(snapshot: Snapshot, named: str) -> str:
    """The id of the person with this id or email address. Raises NobodyError."""
    wanted = named.strip().casefold()
    for person in people.everybody(snapshot.connection):
        if wanted and wanted in {person.id.casefold(), person.email.casefold()}:
            return person.id
    raise NobodyError(named)


def what_goes(snapshot: Snapshot, person_id: str) -> Goes:
    """Raises NobodyError."""
    person, status = (
        people.by_id(snapshot.connection, person_id),
        people.status_of(snapshot.connection, person_id),
    )
    if person is None or status is None:
        raise NobodyError(person_id)
    return Goes(person.id, person.name, person.email, status, erasure.rows_of(snapshot.connection, person_id))


def erase_person(
    transaction: Transaction, person_id: str, now: Instant, *, by: str, why: str, may_deactivate: bool = False
) -> None:
    """Delete every row that is this person's; the journal's part is left to `carry_out`. It can't be undone.

    Raises NobodyError, StillHereError, OneselfError, ReasonError, LastAdministratorError. Whether somebody could still
    administer Limen is for the caller to prove, in the same transaction.
    """
    reason = one_line(why, LONGEST_REASON)
    if not reason:
        raise ReasonError
    if by == person_id:
        raise OneselfError
    connection = transaction.connection
    status = people.status_of(connection, person_id)
    if status is None:
        raise NobodyError(person_id)
    if status is PersonStatus.ACTIVE and not may_deactivate:
        raise StillHereError
    with an_administrator_remains(transaction):
        if status is not PersonStatus.INACTIVE:
            end_everything_of(transaction, person_id, now, by, "person-erased", cause=Cause.DEACTIVATED)
        changed = changed_by_erasing(connection, person_id) + erase_names(
            connection, _named(transaction, person_id, now)
        )
        credentials.end(transaction, Ending(cause=Cause.ERASED, holder=person_id, now=now, by=by))
        erasure.delete_person(connection, person_id, now)
    transaction.changed("person", person_id)
    for kind, key in changed:
        transaction.changed(kind, key)
    transaction.say(Event(at=now, kind="person.erased", actor=by, subject=person_id, details={"why": reason}))


def _named(snapshot: Snapshot, person_id: str, now: Instant) -> ErasedPerson:
    everybody = {one.id: one for one in people.everybody(snapshot.connection)}
    gone = everybody.pop(person_id)
    others = tuple([(one.name, one.email) for one in everybody.values()])
    return ErasedPerson(gone.id, gone.name, gone.email, others, now)


def erase_again(database: Database, data: Path, now: Instant) -> int:
    """Erase whoever stands in the file of tombstones and is here all the same, as after a restore. Returns how many.

    The last administrator is kept, because nobody else could get in; the log says so.
    """
    listed = read_tombstones(data)
    here = (
        {one.id for one in database.read(lambda snapshot: people.everybody(snapshot.connection))} if listed else set()
    )
    done = 0
    for person_id in sorted(here & listed.keys()):
        try:
            database.write(
                partial(erase_person, person_id=person_id, now=now, by="server", why=RESTORED, may_deactivate=True)
            )
            done += 1
        except LastAdministratorError:
            _log.warning("%s was erased before, but is the last administrator here: erase them by hand", person_id)
    return done


def carry_out(database: Database, journal: Journal, data: Path, now: Instant) -> int | None:
    """Erase from the journal everybody whose rows are erased. Returns how many bodies went; None if nobody waited.

    Nothing is lost where it raises (JournalUnwritableError), or where a segment could not be done: who was erased waits
    until it is called again.
    """
    write_tombstones(data, database.read(lambda snapshot: erasure.erased_ids(snapshot.connection)))
    waiting = database.read(lambda snapshot: erasure.waiting_in_journal(snapshot.connection, now))
    if not waiting:
        return None
    journal.wait_settled()
    bodies, left = journal.erase(waiting)
    details: dict[str, str | int | bool] = {"people": len(waiting), "bodies": bodies, "segments_left": left}

    def done(transaction: Transaction) -> None:
        if not left:
            erasure.gone_from_journal(transaction.connection, waiting, now)
        transaction.say(Event(at=now, kind="journal.erased", details=details))

    database.write(done)
    return bodies


def forget_mail_files(database: Database, outbox: Path) -> int:
    """Delete mails written to files that the queue does not know any more: erased people's, and old ones."""
    files = {file.stem: file for file in outbox.glob("m_*.eml")} if outbox.is_dir() else {}
    known = database.read(lambda snapshot: mails.known(snapshot.connection, files)) if files else set()
    gone = [file for mail_id, file in files.items() if mail_id not in known]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)
