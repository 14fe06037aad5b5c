from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.access.reviews.test_rows import KNOWN, RULE
from tests.access.rows import NOW, SETTINGS, occasion

from limen.access.reviews import beginning, store
from limen.access.reviews.beginning import begin, close, prepared
from limen.access.reviews.errors import NotDoneError, TooManyRowsError
from limen.access.reviews.letters import Letters
from limen.access.reviews.model import Effect, Verdict
from limen.storage import Database, Keyring


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def letters(database: Database) -> Letters:
    return Letters(Keyring.open(database, bytes(32)), SETTINGS, lambda _snapshot, _person_id: "en")


def test_what_is_prepared_ends_as_its_rule_says() -> None:
    review, rows = prepared(RULE, KNOWN, 0, NOW, "ines")
    assert (review.name, review.slot, review.started_at, review.started_by) == ("customers", -NOW, NOW, "ines")
    assert (review.closes_at, review.escalates_at > NOW) == (NOW + RULE.lasts_ms, True)
    assert {one.review_id for one in rows} == {review.id}
    assert prepared(RULE, KNOWN, NOW, NOW, "")[0].slot == NOW


def test_one_too_large_for_people_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = prepared(RULE, KNOWN, 0, NOW, "")[1]
    monkeypatch.setattr(beginning, "MOST_ROWS", len(rows))
    prepared(RULE, KNOWN, 0, NOW, "")
    monkeypatch.setattr(beginning, "MOST_ROWS", len(rows) - 1)
    with pytest.raises(TooManyRowsError):
        prepared(RULE, KNOWN, 0, NOW, "")


def test_a_slot_begins_once_and_a_review_closes_once(database: Database, letters: Letters) -> None:
    review, rows = prepared(RULE, KNOWN, NOW, NOW, "")
    assert database.write(lambda t: begin(occasion(t), review, rows, letters))
    again, others = prepared(RULE, KNOWN, NOW, NOW, "")
    assert not database.write(lambda t: begin(occasion(t), again, others, letters))
    (kept,) = database.read(lambda s: store.reviews(s.connection))
    assert (kept.id, kept.closed_at) == (review.id, 0)
    with pytest.raises(NotDoneError):
        database.write(lambda t: close(occasion(t), review))
    for one in rows:
        assert (one.verdict, one.effect) == (Verdict.OPEN, Effect.NONE)
        kept_one = replace(one, verdict=Verdict.KEEP, version=one.version + 1)
        assert database.write(lambda t, kept=kept_one: store.keep_row(t.connection, kept, kept.version - 1))  # type: ignore[misc]
    for _ in range(2):
        database.write(lambda t: close(occasion(t), review))
    (kept,) = database.read(lambda s: store.reviews(s.connection))
    assert kept.closed_at == NOW
