"""`limen review`: reviews listed, begun, closed; evidence taken out and verified, on the server and elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.access.reviews.made import REVIEW, row
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.cli.test_request import said

from limen.access.reviews import store
from limen.access.reviews.model import Verdict
from limen.cli.open_company import opened

__all__ = ["folder"]


@pytest.fixture
def reviewed(folder: Path) -> Path:
    with opened(folder) as here:
        here.database.write(lambda t: store.add_review(t.connection, REVIEW, [row()]))
    return folder


def test_reviews_are_listed(reviewed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = said(capsys, "review", "list", str(reviewed))
    assert (one["id"], one["rows"], one["decided"]) == (REVIEW.id, 1, 0)
    assert leave("review", "list", str(reviewed)) == 0
    assert REVIEW.id in capsys.readouterr().out


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_evidence_is_taken_out_and_verified_also_without_the_folder(
    reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (made,) = said(capsys, "review", "export", REVIEW.id, str(reviewed), "--form", form)
    (key,) = said(capsys, "review", "key", str(reviewed))
    file = elsewhere / str(made["file"])
    assert leave("review", "export", REVIEW.id, str(reviewed), "--form", form) != 0
    assert [one["verified"] for one in said(capsys, "review", "verify", str(file), str(reviewed))] == [True]
    assert [one["verified"] for one in said(capsys, "review", "verify", str(file), "--key", str(key["key"]))] == [True]
    assert leave("review", "verify", str(file), "--key", "00" * 32) != 0
    assert leave("review", "verify", str(file), "--key", "none") != 0
    content = bytearray(file.read_bytes())
    content[9] ^= 1
    file.write_bytes(content)
    assert leave("review", "verify", str(file), str(reviewed)) != 0
    assert leave("review", "verify", str(elsewhere / "none.csv"), "--key", str(key["key"])) != 0


def test_one_is_begun_and_closed_by_the_server(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With open rows it is not closed, so nobody has its default come sooner."""
    (begun,) = said(capsys, "review", "start", "customers", str(folder))
    (one,) = said(capsys, "review", "list", str(folder))
    assert (one["id"], one["rows"], one["open"], one["decided"]) == (begun["id"], begun["rows"], True, 0)
    assert int(str(begun["rows"])) > 0
    assert leave("review", "close", str(begun["id"]), str(folder)) != 0
    with opened(folder) as here:
        rows = here.database.read(lambda s: store.rows(s.connection, str(begun["id"])))
        for row in rows:
            done = replace(row, verdict=Verdict.KEEP, decided_by="p_farid", decided_at=1, version=row.version + 1)
            here.database.write(lambda t, done=done, row=row: store.keep_row(t.connection, done, row.version))  # type: ignore[misc]
    capsys.readouterr()
    (closed,) = said(capsys, "review", "close", str(begun["id"]), str(folder))
    (one,) = said(capsys, "review", "list", str(folder))
    assert (one["open"], one["closed_at"]) == (False, closed["closed_at"])
    assert said(capsys, "review", "close", str(begun["id"]), str(folder)) == [closed]


def test_what_is_not_there_is_said_so(reviewed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for call in (
        ("export", "rv_none"),
        ("list", "rv_none"),
        ("verify",),
        ("start", "none"),
        ("start",),
        ("close", "rv_none"),
    ):
        assert leave("review", *call, str(reviewed)) != 0
    capsys.readouterr()
