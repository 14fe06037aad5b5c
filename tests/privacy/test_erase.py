"""Erasing a person: nothing of theirs is left, nothing of others is touched."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select
from tests.privacy.conftest import ADA, KEYS, MIA, NOW, Place, deactivate

from limen.enforcement.ssh.accounts import mark_of
from limen.events import Event
from limen.identity.errors import LastAdministratorError
from limen.identity.store import erasure, people, sessions
from limen.identity.store.erasure import UNDER_WAY_MS
from limen.privacy.erase import carry_out, erase_again, erase_person, forget_mail_files, what_goes, whom
from limen.privacy.errors import NobodyError, OneselfError, ReasonError, StillHereError
from limen.privacy.tombstones import FILE, read_tombstones, write_tombstones
from limen.storage import Snapshot
from limen.storage.journal import verify
from limen.storage.tables import metadata, outbox


def everything(snapshot: Snapshot) -> dict[str, list[str]]:
    """Every row of every table but those that keep what only ids tell, as text. What an app still has of somebody is
    kept without their ID until it is off (tests/sso/provisioning/test_store.py).
    """
    return {
        table.name: [str(tuple(row)) for row in snapshot.connection.execute(select(table))]
        for table in metadata.sorted_tables
        if table.name not in {"erased_people", "not_before", "changes", "outbox", "provisioned_accounts"}
    }


def erase(
    place: Place, person_id: str, *, by: str = ADA, why: str = "asked for it", may_deactivate: bool = False
) -> None:
    now = place.clock.now()
    place.database.write(
        partial(erase_person, person_id=person_id, now=now, by=by, why=why, may_deactivate=may_deactivate)
    )


@pytest.mark.slow
def test_every_row_goes_everybody_elses_stays_and_the_journal_holds(place: Place) -> None:
    before = place.database.read(everything)
    assert all(any(MIA in row for row in rows) for name, rows in before.items() if any(ADA in row for row in rows))
    deactivate(place, MIA)
    erase(place, MIA)
    after = place.database.read(everything)
    assert not [row for rows in after.values() for row in rows if MIA in row or "Mia" in row]
    others = {name: [row for row in rows if MIA not in row] for name, rows in before.items()}
    others["ssh_accounts"].append(str((mark_of(f"account-{MIA}"),) * 2))  # nobody gets the name again
    assert {name: sorted(rows) for name, rows in after.items()} == {name: sorted(rows) for name, rows in others.items()}
    assert (
        place.database.read(lambda s: sessions.not_before_of(s.connection, "person", MIA)) > NOW
    )  # old cookies stay dead
    assert carry_out(place.database, place.journal, place.root, NOW) == 1
    assert carry_out(place.database, place.journal, place.root, NOW) is None
    place.journal.record(Event(at=NOW, kind="upstream.failed", actor=MIA))  # was under way, and ended later
    assert carry_out(place.database, place.journal, place.root, NOW + UNDER_WAY_MS) == 1
    assert carry_out(place.database, place.journal, place.root, NOW + UNDER_WAY_MS) is None
    place.journal.wait_settled()
    assert read_tombstones(place.root) == {MIA: NOW}
    kept = [(event.kind, event.actor, event.subject) for event in place.journal.recent(50)]
    assert ("sign_in.succeeded", MIA, "") not in kept
    assert ("sign_in.succeeded", ADA, "") in kept
    assert ("person.changed", ADA, MIA) in kept
    assert ("person.erased", ADA, MIA) in kept
    assert verify(place.root / "journal", KEYS).ok
    assert verify(place.root / "journal", KEYS).erased == 2
    (erased,) = [event for event in place.journal.recent(50) if event.kind == "person.erased"]
    assert erased.details == {"why": "asked for it"}


def test_what_may_not_be_is_refused_and_changes_nothing(place: Place) -> None:
    before = place.database.read(everything)
    for person_id, by, why, wrong in (
        (MIA, ADA, "asked", StillHereError),
        (MIA, MIA, "asked", OneselfError),
        (MIA, ADA, " \n ", ReasonError),
        (MIA, ADA, "x" * 301, ReasonError),
        ("p_nobody", ADA, "asked", NobodyError),
    ):
        with pytest.raises(wrong):
            erase(place, person_id, by=by, why=why)
    with pytest.raises(LastAdministratorError):
        erase(place, ADA, by="server", may_deactivate=True)
    assert place.database.read(everything) == before
    assert place.database.read(lambda s: s.connection.execute(select(outbox)).all()) == []


def test_who_still_has_access_loses_it_in_the_same_transaction(place: Place) -> None:
    erase(place, MIA, may_deactivate=True)
    place.journal.wait_settled()
    kinds = [event.kind for event in place.journal.recent(10, lambda event: event.subject == MIA)]
    assert kinds[:2] == ["person.erased", "sessions.revoked"]


def test_an_old_backup_does_not_bring_anybody_back(place: Place) -> None:
    """What a restore brings is the row; what stays outside of it is the file."""
    from limen.facts import Person
    from limen.identity.model import PersonStatus

    erase(place, MIA, may_deactivate=True)
    write_tombstones(place.root, place.database.read(lambda s: erasure.erased_ids(s.connection)))
    again = Person(MIA, "Mia Moor", "mia@harbor.example", groups=frozenset(), active=True)
    place.database.write(lambda tx: people.add(tx.connection, again, PersonStatus.ACTIVE, NOW))
    assert erase_again(place.database, place.root, NOW) == 1
    assert place.database.read(lambda s: people.status_of(s.connection, MIA)) is None
    assert place.database.read(lambda s: erasure.waiting_in_journal(s.connection)) == [MIA]
    (place.root / FILE).write_text(f"{ADA} 2026-01-01T00:00:00Z\n")
    assert erase_again(place.database, place.root, NOW) == 0  # the last administrator


def test_what_goes_is_shown_by_id_or_address(place: Place) -> None:
    assert place.database.read(lambda s: whom(s, "P_MIA@harbor.example")) == MIA
    goes = place.database.read(lambda s: what_goes(s, whom(s, MIA)))
    assert (goes.name, goes.rows["people"], goes.rows["passkeys"]) == ("Mia Moor", 1, 1)
    for nobody in ("", "mia", "p_gone"):
        with pytest.raises(NobodyError):
            place.database.read(lambda s, named=nobody: whom(s, named))


def test_mails_in_files_go_once_the_queue_knows_them_no_more(place: Place) -> None:
    place.outbox.mkdir()
    for name in ("m_p_mia.eml", "m_p_ada.eml", "m_long_ago.eml", "not-ours.eml"):
        (place.outbox / name).write_text("Dear …")
    erase(place, MIA, may_deactivate=True)
    assert forget_mail_files(place.database, place.outbox) == 2
    assert sorted(file.name for file in place.outbox.iterdir()) == ["m_p_ada.eml", "not-ours.eml"]
