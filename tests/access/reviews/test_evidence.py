from __future__ import annotations

import csv
from datetime import UTC
from io import StringIO

import pytest
from tests.access.reviews.made import REVIEW, row
from tests.access.reviews.test_signature import KEYRING, KEYS
from tests.access.rows import NOW

from limen.access.reviews.errors import EvidenceError
from limen.access.reviews.evidence import COLUMNS, Named, evidence_of
from limen.access.reviews.model import Effect, Verdict
from limen.access.reviews.signature import verified

NAMED = Named({"oscar": "Oscar", "farid": "Farid Şahin"}, {"crm": "Customers"}, "Harbor", UTC)
ROWS = [
    row(verdict=Verdict.REMOVE, effect=Effect.REMOVED, decided_by="farid", decided_at=NOW, note="left"),
    row(id="rr_2", effect=Effect.GONE, decided_at=NOW, used=0, last_used=0),
    row(id="rr_3"),
]


def test_the_csv_has_everything_in_a_row_each() -> None:
    made = evidence_of("csv", REVIEW, ROWS, NAMED, NOW, KEYRING)
    assert made.name == "customers-2026-11-24.csv"
    rows = list(csv.DictReader(StringIO(verified(made.content, KEYS).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert [(one["verdict"], one["effect"], one["decided_by"]) for one in rows] == [
        ("remove", "removed", "Farid Şahin"),
        ("", "gone", "Limen"),
        ("", "", ""),
    ]
    assert (rows[0]["person"], rows[0]["actions"], rows[0]["used_90_days"]) == ("Oscar", "view edit", "3")
    assert rows[0]["last_used"] == "2026-11-23T09:00:00.000Z"


def test_the_pdf_is_one_and_the_same_for_the_same() -> None:
    made = [evidence_of("pdf", REVIEW, ROWS * 60, NAMED, NOW, KEYRING) for _ in range(2)]
    content = verified(made[0].content, KEYS)
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert content.count(b"/Type /Page\n") > 3
    assert made[0] == made[1]


def test_there_is_no_other_form() -> None:
    with pytest.raises(EvidenceError):
        evidence_of("xlsx", REVIEW, ROWS, NAMED, NOW, KEYRING)
