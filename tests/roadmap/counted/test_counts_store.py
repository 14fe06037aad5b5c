"""Counted spans are kept and read back as they were, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.policy.decision import Request
from limen.roadmap.counted import counts_store as store
from limen.roadmap.counted.sheet import PERMITTED, Attempt, OfPerson, Refused, Sheet, Unnamed
from limen.storage import Database

ADA = OfPerson(
    ((("crm", "edit", "deny", ("no", "never"), "r1"), 3, 9),),
    ((("crm", "view", 2, "HEALTHY"), 4),),
    (Attempt("crm", "edit", 5, "c1"), Attempt("crm", "edit", 6, PERMITTED)),
    {"c1": Refused("crm", Request("edit", "POST", "/**", "crm.harbor.example"), 5, b"{}")},
)
SHEET = Sheet({"p_ada": ADA, "": OfPerson()}, Unnamed((("crm", -1, 4),), (("crm", ("place",), 4),), False))


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_a_sheet_comes_back_as_it_was_and_the_newer_takes_its_place(database: Database) -> None:
    database.write(lambda tx: store.keep(tx.connection, "d1", "a", Sheet({"p_ben": OfPerson()})))
    database.write(lambda tx: store.keep(tx.connection, "d1", "b", SHEET))
    database.write(lambda tx: store.keep(tx.connection, "h2", "c", Sheet()))
    assert database.read(lambda s: store.known(s.connection)) == {"d1": "b", "h2": "c"}
    assert database.read(lambda s: store.sheet(s.connection, "d1")) == SHEET
    assert database.read(lambda s: store.sheet(s.connection, "h2")) == Sheet()
    assert database.read(lambda s: store.sheet(s.connection, "d3")) is None


def test_what_is_forgotten_is_gone_wholly(database: Database) -> None:
    for span in ("d1", "d2"):
        database.write(lambda tx, span=span: store.keep(tx.connection, span, "a", SHEET))
    database.write(lambda tx: store.forget(tx.connection, ["d1"]))
    assert database.read(lambda s: store.every_span(s.connection)) == {"d2"}
    assert database.read(lambda s: store.sheet(s.connection, "d1")) is None
