from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from limen.facts import Factor
from limen.sso.shared_signals.assurance import lost, strength_of

TABLES = {
    Factor.PASSKEY: "passkeys",
    Factor.PASSWORD: "passwords",
    Factor.CODE: "codes",
    Factor.ISSUER: "issuer_accounts",
}


@pytest.fixture
def connection() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as opened:
        for name in TABLES.values():
            opened.execute(text(f"create table {name} (person_id text)"))
        yield opened


@pytest.mark.parametrize(
    ("left", "removed", "levels"),
    [
        ({Factor.PASSWORD}, Factor.PASSKEY, ("nist-aal2", "nist-aal1")),
        ({Factor.PASSWORD}, Factor.CODE, ("nist-aal2", "nist-aal1")),
        ({Factor.PASSWORD, Factor.CODE}, Factor.PASSKEY, None),
        ({Factor.PASSKEY}, Factor.PASSKEY, None),
        ({Factor.PASSKEY}, Factor.PASSWORD, None),
        (set(), Factor.PASSKEY, None),
        ({Factor.PASSWORD, Factor.ISSUER}, Factor.PASSKEY, None),
        ({Factor.PASSWORD}, Factor.ISSUER, None),
        ({Factor.PASSWORD}, "something else", None),
    ],
)
def test_what_is_left_is_told_where_it_is_less(
    connection: Connection, left: set[Factor], removed: str, levels: tuple[str, str] | None
) -> None:
    for one in left:
        connection.execute(text(f"insert into {TABLES[one]} values ('pe_1'), ('pe_2')"))
    connection.execute(text("insert into codes values ('pe_2')"))  # somebody else's
    told = lost(connection, "pe_1", removed)
    found = None if told is None else (told.previous_level, told.current_level)
    assert found == levels
    assert told is None or told.change_direction == "decrease"


def test_two_distinct_factors_or_a_passkey_are_two() -> None:
    assert strength_of(frozenset({Factor.PASSWORD})) == 1
    assert strength_of(frozenset({Factor.PASSWORD, Factor.CODE})) == strength_of(frozenset({Factor.PASSKEY})) == 2
    assert strength_of(frozenset()) == 0
