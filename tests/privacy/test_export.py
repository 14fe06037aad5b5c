"""A copy holds everything of one person, nothing that is secret, and nothing of others."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from tests.privacy.conftest import ADA, MIA, NOW, Place

from limen.events import Event
from limen.privacy.errors import NobodyError
from limen.privacy.export import COLUMNS, as_theirs, cells, write_copy


def a_copy(place: Place, person_id: str = MIA) -> dict[str, str]:
    out = io.BytesIO()
    write_copy(out, place.database, place.journal.reader, person_id, NOW, company="Harbor & Co", by=ADA)
    with zipfile.ZipFile(out) as archive:
        at = datetime.fromtimestamp(NOW / 1000, UTC)
        assert {one.date_time[:5] for one in archive.infolist()} == {(at.year, at.month, at.day, at.hour, at.minute)}
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def test_it_holds_rows_events_and_a_page_and_the_journal_says_that_it_was_made(place: Place) -> None:
    place.journal.record(Event(at=NOW, kind="sign_in.failed", subject=MIA, reason="=cmd|'/c calc'!A1"))
    place.journal.flush()
    files = a_copy(place)
    account = json.loads(files["account.json"])
    assert account["people"][0]["name"] == "Mia Moor"
    assert account["passkeys"][0]["name"] == f"name-{MIA}"
    rows = list(csv.DictReader(io.StringIO(files["events.csv"])))
    assert {row["kind"] for row in rows} == {"sign_in.succeeded", "person.changed", "sign_in.failed"}
    assert next(row["reason"] for row in rows if row["kind"] == "sign_in.failed").startswith("'=cmd")
    assert len(files["events.jsonl"].splitlines()) == 3
    assert "Harbor &amp; Co" in files["read-me.html"]
    place.journal.wait_settled()
    (said,) = place.journal.recent(10, lambda event: event.kind == "person.exported")
    assert (said.actor, said.subject, said.details) == (ADA, MIA, {"events": 3})


def test_no_secret_and_no_name_of_others_is_in_it(place: Place) -> None:
    text = "\n".join(a_copy(place).values())
    for secret in ("passwords p_mia", "codes p_mia", "hash-p_mia", "token_hash", "public_key", "credential", "seed"):
        assert secret not in text
    assert "Ada" not in text
    assert "ada@" not in text


def test_where_somebody_else_was_is_theirs() -> None:
    done = Event(at=NOW, kind="person.changed", actor=ADA, subject=MIA, address="198.51.100.9", session="s_ada")
    assert (as_theirs(done, MIA).address, as_theirs(done, MIA).session) == ("", "")
    own = Event(at=NOW, kind="factor.added", actor=MIA, subject=MIA, address="203.0.113.7")
    assert as_theirs(own, MIA) == own
    assert len(cells(own)) == len(COLUMNS)


def test_there_is_no_copy_of_nobody(place: Place) -> None:
    with pytest.raises(NobodyError):
        a_copy(place, "p_nobody")
