"""After a departure no path gives access: a law over every kind of credential that is declared, whatever it is.

For each kind with a table that says whose a row is, as many rows as hypothesis likes are planted, alive and dead ones,
of somebody who leaves and of somebody who stays. A kind that is added later is tried without a line being added here;
where its rows can't be planted like that, `VALUES` says what its columns hold.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Table, UniqueConstraint
from tests.dial import size

import limen.app
from limen import credentials
from limen.clock import HOUR, from_iso
from limen.credentials import CREDENTIALS, HOLDERS, Cause, CredentialKind, Ending, Stays
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.pillars import pillars
from limen.storage import Database, Transaction, metadata

NOW = from_iso("2026-11-24T09:00:00Z")
BEN, MIA = "p_ben", "p_mia"
ENDS = frozenset({"until", "expires_at", "valid_until", "bound_until"})
BEGAN = frozenset(
    {"at", "since", "issued_at", "started_at", "made_at", "asked_at", "began_at", "last_used", "proved_at"}
)
VALUES: dict[str, dict[str, Any]] = {
    "mails": {"state": "queued"},
    "devices": {"state": "active", "platform": "linux", "checks": "{}", "hardware": "{}", "failing_since": "{}"},
    "access_grants": {"approvers": "[]", "asked_as": "[]", "actions": "view"},
    "access_requests": {"state": "open", "steps": "[]", "asked_as": "[]", "escalates_to": "[]", "actions": "view"},
    "app_tokens": {"actions": "view", "app": "wiki"},
    "sessions": {"app": "", "parent": "", "proofs": f"passkey={NOW}"},
    "links": {"purpose": "invitation"},
}
ELSEWHERE = {"ssh_certificates", "radius_sessions", "accounts_at_apps"}
"""Ended by the decision that they hang on, which is made again: proved in tests/enforcement/test_access_left.py."""


def planted(transaction: Transaction, table: Table, holder: str, *, alive: bool) -> None:
    """A row of this holder's."""
    row: dict[str, Any] = {}
    for column in table.c:
        length = getattr(column.type, "length", None) or 40
        if column.name in HOLDERS:
            row[column.name] = "" if column.name == "device_id" else holder
        elif column.name in VALUES.get(table.name, {}):
            row[column.name] = VALUES[table.name][column.name]
        elif isinstance(column.type, LargeBinary):
            row[column.name] = os.urandom(32)
        elif isinstance(column.type, Boolean):
            row[column.name] = False
        elif isinstance(column.type, BigInteger | Integer):
            row[column.name] = (NOW + HOUR if alive else NOW - 1) if column.name in ENDS else 0
            row[column.name] = NOW - HOUR if column.name in BEGAN else row[column.name]
            if column.primary_key:
                row[column.name] = int.from_bytes(os.urandom(6))
        elif column.primary_key or column.unique or column.name in {"session_id", *told_apart_by(table)}:
            row[column.name] = os.urandom(16).hex()[:length]
        else:
            row[column.name] = ""
    transaction.connection.execute(table.insert().values(row))


def told_apart_by(table: Table) -> set[str]:
    """The columns that no two rows may share, together."""
    together = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    together += [one.columns for one in table.indexes if one.unique]
    return {column.name for columns in together for column in columns}


def kinds_of_somebody() -> list[CredentialKind]:
    assert limen.app.open_limen, "imported for its tables"
    pillars()
    return [
        kind
        for kind in CREDENTIALS.values()
        if kind.table
        and any(name in metadata.tables[kind.table].c for name in HOLDERS)
        and not isinstance(kind.remains, Stays)
    ]


def is_one_a_person(table: Table) -> bool:
    return any(
        column.primary_key and len(table.primary_key.columns) == 1 for column in table.c if column.name in HOLDERS
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    opened = Database.open(tmp_path_factory.mktemp("law") / "limen.db")
    pillars()

    def join(transaction: Transaction) -> None:
        for one in (BEN, MIA):
            person = Person(one, one, f"{one}@harbor.example", groups=frozenset({"staff"}))
            people.add(transaction.connection, person, PersonStatus.ACTIVE, NOW)

    opened.write(join)
    yield opened
    opened.close()


class TakenBackError(Exception):
    """Nothing of a trial stays."""


@given(
    rows=st.lists(st.tuples(st.sampled_from([kind.name for kind in kinds_of_somebody()]), st.booleans()), max_size=12)
)
@settings(max_examples=size(120), deadline=None)
def test_nothing_is_left_by_which_access_could_go_on(database: Database, rows: list[tuple[str, bool]]) -> None:
    def trial(transaction: Transaction) -> None:
        once: set[str] = set()
        for name, alive in rows:
            table = metadata.tables[CREDENTIALS[name].table]
            if is_one_a_person(table) and name in once:
                continue
            once.add(name)
            for holder in (BEN, MIA):
                planted(transaction, table, holder, alive=alive)
        connection = transaction.connection
        before = {one.kind: one.count for one in credentials.remaining(connection, MIA, NOW)}
        ending = Ending(cause=Cause.DEACTIVATED, holder=BEN, now=NOW, by="p_ada", reason="person-let-go")
        credentials.end(transaction, ending)
        left = {one.kind for one in credentials.remaining(connection, BEN, NOW) if not one.is_over}
        assert left <= ELSEWHERE
        assert {one.kind: one.count for one in credentials.remaining(connection, MIA, NOW)} == before
        again = credentials.end(transaction, ending)
        assert {name for name, count in again.items() if count} <= {"sessions", "accounts_at_apps"}, "which is one mark"
        raise TakenBackError

    with pytest.raises(TakenBackError):
        database.write(trial)


@pytest.mark.parametrize("name", [kind.name for kind in kinds_of_somebody()])
def test_each_kind_counts_what_is_alive_and_can_not_be_proved_while_it_is(database: Database, name: str) -> None:
    """A count that is always none would prove everything."""
    if name == "issuer_sessions":
        pytest.skip("it counts with its session: tests/identity/test_credentials.py")

    def trial(transaction: Transaction) -> None:
        kind = CREDENTIALS[name]
        assert kind.of(transaction.connection, BEN, NOW).count == 0
        planted(transaction, metadata.tables[kind.table], BEN, alive=True)
        assert kind.of(transaction.connection, BEN, NOW).count == 1
        assert kind.of(transaction.connection, MIA, NOW).count == 0
        raise TakenBackError

    with pytest.raises(TakenBackError):
        database.write(trial)
