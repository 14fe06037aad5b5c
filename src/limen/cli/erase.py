"""`limen erase`: what of one person goes and what stays, and with --yes the erasing; also while the server runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, Yes
from limen.clock import SystemClock
from limen.company.gate import obstacles, people_of
from limen.company.places import data_folder, events_folder, outbox_folder, own_chain
from limen.company.publish import SERVER
from limen.identity.errors import NobodyCouldAdministerError
from limen.privacy.erase import Goes, carry_out, erase_person, forget_mail_files, what_goes, whom
from limen.privacy.row_counts import row_counts
from limen.storage import Snapshot, Transaction
from limen.storage.errors import JournalBusyError, JournalUnwritableError
from limen.storage.journal import Journal


def run(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="An email address or ID")],
    folder: LastFolder = Path(),
    *,
    why: Annotated[str, typer.Option("-m", "--why", help="Why, without names; recorded in the journal")] = "",
    yes: Yes = False,
    deactivate: Annotated[
        bool, typer.Option("--deactivate", help="Also erase someone who still has access; their access ends")
    ] = False,
) -> None:
    with opened(folder) as here:
        goes = here.database.read(lambda snapshot: what_goes(snapshot, whom(snapshot, person)))
        print("\n".join(_shown(goes, here.settings.storage.journal_days)))
        if not yes:
            print("Nothing was changed. To erase, repeat the command with --yes and -m WHY. This can't be undone.")
            return
        _erase(here, goes.person_id, why, may_deactivate=deactivate)
        print("\n".join(_carry_out(here)))


def _shown(goes: Goes, journal_days: int) -> Iterator[str]:
    yield f"{goes.name} <{goes.email}>, {goes.status}, id {goes.person_id}"
    yield f"Erased from the database: {', '.join(row_counts(goes.rows))}."
    yield (
        "Erased from the journal: the contents of their requests, sign-ins, sessions, factors, links and "
        "emails, and the exact facts behind decisions about them. The chain can still be verified."
    )
    yield (
        "Remains in the journal: what they did to others or to Limen, and what others did to them, under their "
        f"ID only, for up to {journal_days} days; and counts per hour. Backups keep their contents until you "
        "delete them."
    )


def _erase(here: Opened, person_id: str, why: str, *, may_deactivate: bool) -> None:
    """In one transaction, unless that would leave nobody who could administer Limen."""
    company, now = here.in_force(), SystemClock().now()

    def locked_out(snapshot: Snapshot) -> str:
        return obstacles(company, people_of(snapshot), now)

    def work(transaction: Transaction) -> None:
        before = locked_out(transaction)
        erase_person(transaction, person_id, now, by=SERVER, why=why, may_deactivate=may_deactivate)
        if not before and (after := locked_out(transaction)):
            raise NobodyCouldAdministerError(after)

    here.database.write(work)


def _carry_out(here: Opened) -> Iterator[str]:
    """Erase from the journal; where a server runs, it is the one that does so."""
    yield "Erased from the database."
    if events_folder(here.root, here.settings).is_dir():
        yield "Logs of other systems keep the names in them until they expire (`retention` in monitor.yaml)."
    keys = here.keyring().journal_keys
    days = here.settings.storage.journal_days
    try:
        writer = own_chain(here.root, here.settings)
        journal = Journal.open(here.journal, keys, database=here.database, writer=writer, keep_days=days)
    except JournalBusyError:
        yield "The running server is erasing the journal's part now; this can take minutes."
        return
    try:
        now = SystemClock().now()
        bodies = carry_out(here.database, journal, data_folder(here.root, here.settings), now)
    except JournalUnwritableError:
        yield "The journal's part couldn't be erased now; the server will do it when it starts."
        return
    finally:
        journal.close()
    forget_mail_files(here.database, outbox_folder(here.root, here.settings))
    yield f"Erased {bodies or 0} entries' contents from the journal; `limen journal verify` checks the chain."
    yield "Keep data/erased.txt with your backups, so that a restore doesn't bring anyone back."
