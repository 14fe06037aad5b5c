from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, String, Table

import limen
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import erasure, people
from limen.storage import Database
from limen.storage.tables import metadata

NOW = 1_800_000_000_000


def test_the_list_of_erased_people_says_whose_bodies_are_still_in_the_journal(where: str) -> None:
    database = Database.open(where)
    mia = Person("p_mia", "Mia", "mia@harbor.example", groups=frozenset({"staff"}))
    database.write(lambda tx: people.add(tx.connection, mia, PersonStatus.INVITED, NOW))
    assert database.read(lambda s: erasure.rows_of(s.connection, "p_mia")) == {"people": 1, "memberships": 1}
    assert database.read(lambda s: erasure.keys_of(s.connection, "p_mia")) == ([], [])
    assert database.read(lambda s: erasure.invited_before(s.connection, NOW)) == []
    assert database.read(lambda s: erasure.invited_before(s.connection, NOW + 1)) == ["p_mia"]
    assert database.read(lambda s: erasure.deactivated_before(s.connection, NOW + 1)) == []
    database.write(lambda tx: erasure.delete_person(tx.connection, "p_mia", NOW))
    assert database.read(lambda s: erasure.rows_of(s.connection, "p_mia")) == {}
    assert database.read(lambda s: erasure.erased_ids(s.connection)) == [("p_mia", NOW)]
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == ["p_mia"]
    database.write(lambda tx: erasure.gone_from_journal(tx.connection, ["p_mia"], NOW))
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == []
    database.write(lambda tx: erasure.delete_person(tx.connection, "p_mia", NOW + 1))  # erased again, after a restore
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == ["p_mia"]
    database.close()


STAYS = {
    "access_approvals.approver_id": "the opaque id of who did it",
    "access_grants.ended_by": "the opaque id of who did it",
    "access_requests.decided_by": "the opaque id of who did it",
    "access_review_rows.by": "the opaque id of who did it",
    "access_review_rows.decided_by": "the opaque id of who did it",
    "access_review_rows.got_by": "the opaque id of who did it",
    "access_reviews.closed_by": "the opaque id of who did it",
    "access_reviews.started_by": "the opaque id of who did it",
    "account_decisions.decided_by": "the opaque id of who did it",
    "alert_cases.taken_by": "the opaque id of who did it",
    "alert_responses.by": "the opaque id of who did it",
    "alert_responses.ended_by": "the opaque id of who did it",
    "alert_responses.subject_id": "the opaque id of what it was done to",
    "alert_suppressions.by": "the opaque id of who did it",
    "alert_suppressions.ended_by": "the opaque id of who did it",
    "alerts.closed_by": "the opaque id of who did it",
    "data_allowed_values.added_by": "the opaque id of who did it",
    "data_triage.decided_by": "the opaque id of who did it",
    "departures.by": "the opaque id of who did it",
    "departures.closed_by": "the opaque id of who did it",
    "departures.person": "the opaque id of whose access ended: the report that it did stays, and names nobody",
    "device_records.owner": "in a row of the person's, which is deleted",
    "device_signals.ended_by": "the opaque id of who did it",
    "directory_memberships.person": "the opaque id of whose membership is still to be ended there, and the row with it",
    "erased_people.person_id": "the list of who was erased",
    "expected_travels.added_by": "the opaque id of who did it",
    "familiar_places.owner": "the operator of a network",
    "findings.subject_id": "in a row of the person's, which is deleted",
    "findings.suppressed_by": "the suppression that hides it",
    "issuer_accounts.subject": "in a row of the person's, which is deleted",
    "issuer_sessions.subject": "in a row of the person's, which is deleted",
    "ldap_sources.people": "how many they were",
    "links.issued_by": "the opaque id of who did it",
    "network_changes.made_by": "the opaque id of who did it",
    "observed_kinds.people": "how many they were",
    "outbox.said_by": "a worker, which is no person",
    "people.email": "in the person's own row, which is deleted",
    "probe_runs.asked_by": "the opaque id of who asked for it",
    "roadmap_exceptions.decided_by": "the opaque id of who did it",
    "roadmap_statements.contradicted_by": "what a source saw, without names of people",
    "roadmap_statements.said_by": "the opaque id of who did it",
    "roadmap_statements.subject": "the opaque id of a device, or of a row about one",
    "revisions.author": "the opaque id of who did it",
    "scim_members.user_id": "the ID of a record that is deleted with the person, and this with it",
    "signal_streams.changed_by": "a word: the receiver, an administrator or Limen",
    "sealing_keys.recipient": "a public key of the company's, and nobody's",
    "service_accounts.claimed_by": "the opaque id of who did it",
    "service_accounts.owner": "the opaque id of who answered for it: the account stays, and is nobody's",
    "workloads.owner": "the opaque id of who answered for it: the workload stays, and is nobody's",
}
"""Columns that name people and are no column by which erasing finds rows."""


def test_every_column_that_names_people_is_taken_by_erasing_or_stays_for_a_reason() -> None:
    """A new table that tells of a person by another column has to be looked at: in `erasure`, or here."""
    declare_every_table()
    assert left_by_erasing(metadata) == set(STAYS)


@pytest.mark.parametrize(
    ("column", "is_found"),
    [
        (Column("approver_id", String(40)), True),
        (Column("approved_by", String(40)), True),
        (Column("actor", String(40)), True),
        (Column("holder", ForeignKey("people.id")), True),
        (Column("whatever", ForeignKey("people.id")), True),
        (Column("login_email", String(200)), True),
        (Column("person_id", String(40)), False),  # erasing takes such rows
        (Column("owner_id", String(40)), False),
        (Column("user_agent", String(40)), False),
        (Column("app", String(40)), False),
    ],
)
def test_a_new_table_that_names_people_fails_it(column: Column[str], is_found: bool) -> None:
    copy = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copy)
    Table("lamps", copy, Column("id", String(40), primary_key=True), column)
    assert left_by_erasing(copy) - set(STAYS) == ({f"lamps.{column.name}"} if is_found else set())


def declare_every_table() -> None:
    """Import whatever hangs a table on the one metadata."""
    for source in (Path(limen.__file__).parent).rglob("*.py"):
        if re.search(r'Table\(\s*"\w+",\s*metadata', source.read_text("utf-8")):
            import_module(".".join(("limen", *source.relative_to(Path(limen.__file__).parent).with_suffix("").parts)))


def left_by_erasing(tables: MetaData) -> set[str]:
    """Columns that hold somebody's id or address, as keys or names tell, but for those by which erasing finds rows."""
    taken = {f"{table.name}.{column.name}" for table, column in erasure._whose(tables)}
    named = {
        f"{table.name}.{column.name}" for table in tables.sorted_tables for column in table.c if names_people(column)
    }
    return named - taken


def names_people(column: Column[object]) -> bool:
    points_there = any(key.target_fullname == "people.id" for key in column.foreign_keys)
    return points_there or bool(PEOPLE.search(column.name))


PEOPLE = re.compile(
    r"(^|_)(person|people|owner|user|member|actor|subject|author|approver|employee|manager|holder|who|by"
    r"|email|mail_address|colleague|recipient|requester|reporter|assignee|contact)(_id|_ids)?$"
)
