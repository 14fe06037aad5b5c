"""Sources in the database, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.devices.seen import NOW, checks
from tests.devices.test_store import add

from limen.devices.sources import store
from limen.devices.sources.matching import Word
from limen.devices.sources.record import Form, Kept, Record
from limen.devices.store import held, last_of
from limen.storage import Database, Keyring

RECORD = Record("r_1", NOW, "lark", "ida@harbor.example", "macos", Form.COMPUTER, "pf-2abcde", "", True, checks())
KEPT = Kept("mdm", RECORD, "p_1", NOW + 1)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_a_record_is_kept_as_it_is_and_replaced(database: Database) -> None:
    for _ in range(2):
        database.write(lambda t: store.keep(t.connection, KEPT))
    assert database.read(lambda s: store.records(s.connection, "mdm", ["r_1", "r_2"])) == {"r_1": KEPT}
    assert database.read(lambda s: store.all_records(s.connection)) == [KEPT]
    assert database.read(lambda s: store.claiming(s.connection, "pf-2abcde", "x")) == [KEPT]
    assert database.read(lambda s: store.claiming(s.connection, "", "")) == []
    assert database.read(lambda s: (store.ids_of(s.connection, "mdm"), store.number_of(s.connection, "fleet"))) == (
        {"r_1"},
        0,
    )
    assert database.write(lambda t: store.believe_nothing_good(t.connection)) == 1
    assert database.read(lambda s: store.all_records(s.connection))[0].record.seen_at == 0
    database.write(lambda t: store.remove(t.connection, "mdm", "r_1"))
    assert database.read(lambda s: store.sources_with_records(s.connection)) == set()


@pytest.mark.parametrize(("word", "vouches"), [(Word.MATCHED, True), (Word.DOUBTFUL, False), (Word.OF_ANOTHER, None)])
def test_what_is_said_of_a_device(database: Database, word: Word, vouches: bool | None) -> None:
    add(database)
    database.write(lambda t: store.keep(t.connection, KEPT))
    database.write(lambda t: store.set_matches(t.connection, "mdm", "r_1", {"d_1": word}))
    assert database.read(lambda s: store.matches(s.connection, "mdm", "r_1")) == {"d_1": word}
    assert database.read(lambda s: store.all_matches(s.connection)) == {("mdm", "r_1"): {"d_1": word}}
    assert database.read(lambda s: store.matched_to(s.connection, "d_1")) == [("mdm", "r_1")]
    said = database.read(lambda s: store.said_of(s.connection, "d_1"))
    assert [one.vouches for one in said] == ([] if vouches is None else [vouches])
    assert database.read(lambda s: store.said_of_all(s.connection)).get("d_1", ()) == said
    found, reported = database.read(lambda s: (held(s.connection, "d_1"), last_of(s.connection, ["d_1"]).get("d_1")))
    assert found is not None
    assert reported is not None
    assert found.posture.said == reported[1].said == said
    assert database.read(lambda s: last_of(s.connection, ["d_1"], is_told_of=False))["d_1"][1].said == ()


def test_one_alone_asks_a_source(database: Database) -> None:
    assert database.write(lambda t: store.ASKED.begin(t.connection, "fleet", NOW, 60)) is True
    assert database.write(lambda t: store.ASKED.begin(t.connection, "fleet", NOW + 59, 60)) is False
    database.write(lambda t: store.ASKED.went_on(t.connection, "fleet", 100, NOW + 200))
    assert database.write(lambda t: store.ASKED.begin(t.connection, "fleet", NOW + 60, 60)) is False
    database.write(lambda t: store.ASKED.ended(t.connection, "fleet", NOW + 70, "x" * 400))
    state = database.read(lambda s: store.states(s.connection))["fleet"]
    assert (state.busy_until, state.done_at, len(state.error), state.progress) == (0, 0, 300, 100)
    database.write(lambda t: store.ASKED.ended(t.connection, "fleet", NOW + 80))
    assert database.read(lambda s: store.states(s.connection))["fleet"].done_at == NOW + 80
    database.write(lambda t: store.ASKED.ask_soon(t.connection, "fleet"))
    assert database.read(lambda s: store.states(s.connection))["fleet"].tried_at == 0


def test_a_secret_is_sealed_and_meant_for_one_place(database: Database) -> None:
    keyring = Keyring.open(database, bytes(32))
    database.write(lambda t: store.ASKED.keep_secret(t.connection, keyring, "fleet", "https://fleet", "s3cret"))
    assert database.read(lambda s: store.ASKED.secret_of(s.connection, keyring, "fleet", "https://fleet")) == "s3cret"
    assert database.read(lambda s: store.ASKED.secret_of(s.connection, keyring, "fleet", "https://evil")) == ""
    row = database.read(lambda s: s.connection.execute(store.device_sources.select()).one())
    assert b"s3cret" not in row.sealed


def test_a_new_token_ends_the_one_before_and_what_it_let_in(database: Database) -> None:
    database.write(lambda t: store.set_token(t.connection, "osquery", b"a" * 32))
    assert database.write(lambda t: store.add_node(t.connection, b"k" * 32, "osquery", "r_1", NOW)) == 0
    assert database.write(lambda t: store.add_node(t.connection, b"l" * 32, "osquery", "r_1", NOW)) == 1
    assert database.read(lambda s: store.node(s.connection, b"k" * 32)) is None
    assert database.read(lambda s: store.node(s.connection, b"l" * 32)) == ("osquery", "r_1")
    database.write(lambda t: store.set_token(t.connection, "osquery", b"b" * 32))
    assert database.read(lambda s: store.node(s.connection, b"l" * 32)) is None
    assert database.read(lambda s: store.source_of_token(s.connection, b"a" * 32)) is None
    assert database.read(lambda s: store.source_of_token(s.connection, b"b" * 32)) == "osquery"
