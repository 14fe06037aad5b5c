"""`limen data label`: shown, set and raised; lowered with a reason alone, which the company's journal keeps."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.backup.saved_company import Served, serve_once
from tests.cli.test_main import leave
from tests.data.labels.made import pdf, word

from limen.data.by_command import CommandProtection
from limen.data.labels.kinds import LOWERED
from limen.data.labels.model import Standing
from limen.storage import Database
from limen.storage.tables import outbox


@pytest.fixture
def offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "offers"
    folder.mkdir()
    (folder / "a.docx").write_bytes(word())
    (folder / "b.pdf").write_bytes(pdf())
    (folder / "c.csv").write_text("a,b\n")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve_once(tmp_path)


def _rows(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, object]]:
    assert leave("data", "label", *words, "--json") == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_files_are_labelled_and_shown(offers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["label"] for row in _rows(capsys, "show", str(offers))] == [None, None, None]
    set_ = _rows(capsys, "set", "internal", str(offers))
    assert [(row["label"], row["place"], row["standing"]) for row in set_] == [
        ("internal", "document", "unmarked"),
        ("internal", "document", "unmarked"),
        ("internal", "file system", "unmarked"),
    ]
    assert [row["label"] for row in _rows(capsys, "show", str(offers))] == ["internal"] * 3
    _rows(capsys, "set", "restricted", str(offers / "a.docx"))
    raised = _rows(capsys, "raise", "confidential", str(offers))
    assert [(row["label"], row["changed"]) for row in raised] == [
        ("restricted", False),
        ("confidential", True),
        ("confidential", True),
    ]


def test_a_lower_label_needs_a_reason(offers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = str(offers / "a.docx")
    _rows(capsys, "set", "confidential", one)
    before = (offers / "a.docx").read_bytes()
    (row,) = _rows(capsys, "set", "public", one, code=1)
    assert (row["label"], "--why" in str(row["error"])) == ("confidential", True)
    assert (offers / "a.docx").read_bytes() == before


def test_a_companys_mark_proves_who_lowered_it(
    served: Served, offers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, company = str(offers / "b.pdf"), ("--company", str(served.root))
    _rows(capsys, "set", "restricted", one, *company)
    (row,) = _rows(capsys, "set", "public", one, "--why", "on our site", *company)
    assert (row["label"], row["standing"], row["by"], row["lowered_from"]) == (
        "public",
        "proven",
        "server",
        "restricted",
    )
    (again,) = _rows(capsys, "set", "public", one, *company)
    assert again["lowered_from"] == "restricted"
    database = Database.open(served.database)
    events = [json.loads(row.event) for row in database.read(lambda s: s.connection.execute(outbox.select()).all())]
    database.close()
    (lowered,) = [event for event in events if event["kind"] == LOWERED]
    assert lowered["details"] == {"before": "restricted", "after": "public", "why": "on our site"}


def test_nothing_is_recorded_where_nothing_was_lowered(
    served: Served, offers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, company = offers / "a.docx", ("--company", str(served.root))
    _rows(capsys, "set", "restricted", str(one), *company)
    os.link(one, offers / "second.docx")
    (row,) = _rows(capsys, "set", "public", str(one), "--why", "published", *company, code=1)
    assert "error" in row
    database = Database.open(served.database)
    events = [json.loads(row.event) for row in database.read(lambda s: s.connection.execute(outbox.select()).all())]
    database.close()
    assert LOWERED not in [event["kind"] for event in events]


def test_the_content_raises_a_label_and_lowering_below_it_needs_a_reason(
    served: Served, offers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = ("--company", str(served.root))
    (served.root / "data.yaml").write_text("labels: {confidential: {when: [{finds: [iban]}]}}\n")
    assert leave("apply", str(served.root), "-m", "labels") == 0
    capsys.readouterr()
    (offers / "a.docx").write_bytes(word("IBAN DE89 3704 0044 0532 0130 00"))
    raised = _rows(capsys, "raise", str(offers), *company)
    assert [(row["label"], row["changed"]) for row in raised] == [("confidential", True), (None, False), (None, False)]
    (offers / "a.docx").write_bytes(word("IBAN DE89 3704 0044 0532 0130 00"))
    (refused,) = _rows(capsys, "set", "public", str(offers / "a.docx"), *company, code=1)
    assert (refused["content"], "error" in refused) == ("confidential", True)
    why = ("--why", "the account is on our invoices")
    (lowered,) = _rows(capsys, "set", "public", str(offers / "a.docx"), *why, *company)
    assert (lowered["label"], lowered["lowered_from"], lowered["standing"]) == ("public", "confidential", "proven")
    (kept,) = _rows(capsys, "raise", str(offers / "a.docx"), *company)
    assert (kept["label"], kept["changed"]) == ("public", False)


@pytest.mark.parametrize("is_by_folder", [False, True])
def test_the_very_file_is_labelled_that_was_looked_at(
    offers: Path, served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, is_by_folder
) -> None:
    """Whoever writes to the folder puts another in its place while it is looked into, and has that lowered unseen."""
    (served.root / "data.yaml").write_text("labels: {restricted: {when: [{finds: [payment-card]}]}}\n")
    assert leave("apply", str(served.root), "-m", "labels") == 0
    capsys.readouterr()
    folder = offers / "swapped"
    for one, text in (("swapped", "plan"), ("other", "my credit card 4111 1111 1111 1111")):
        (offers / one).mkdir()
        (offers / one / "a.docx").write_bytes(word(text))
    really = CommandProtection.inspect_open

    def swapping(self, file, name):
        found = really(self, file, name)
        if is_by_folder:
            folder.rename(offers / "gone")
            (offers / "other").rename(folder)
        else:
            (offers / "other" / "a.docx").replace(folder / "a.docx")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(CommandProtection, "inspect_open", swapping)
        words = ("set", "public", str(folder / "a.docx"), "--why", "none", "--company", str(served.root))
        (row,) = _rows(capsys, *words, code=1)
    assert "error" in row
    (shown,) = _rows(capsys, "show", str(folder / "a.docx"))
    assert shown["label"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show",), 2),
        (("set", "internal"), 2),
        (("set", "secret", "a.docx"), 2),
        (("lower", "a.docx"), 1),
        (("show", "gone"), 1),
        (("show", "offers", "--why", "x"), 2),
        (("set", "public", "offers", "--why", "x\n"), 2),
    ],
)
@pytest.mark.usefixtures("offers")
def test_a_wrong_call_changes_nothing(
    words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str], offers: Path
) -> None:
    before = {path: path.read_bytes() for path in offers.iterdir()}
    assert leave("data", "label", *words) == code
    assert capsys.readouterr().err
    assert {path: path.read_bytes() for path in offers.iterdir()} == before


def test_what_people_read_names_the_file_and_its_label(offers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave("data", "label", "set", "internal", str(offers / "c.csv"))
    assert f"{offers / 'c.csv'}: internal" in capsys.readouterr().out
    leave("data", "label", "show", str(offers / "a.docx"))
    assert "`limen" in capsys.readouterr().out


def test_labels_by_content_need_the_companys_rules(offers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("data", "label", "raise", str(offers)) == 2
    assert "--company" in capsys.readouterr().err


def test_how_far_a_label_is_believed_is_said_in_the_words_of_the_page(
    offers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _rows(capsys, "set", "internal", str(offers / "a.docx"))
    assert leave("data", "label", "show", str(offers / "a.docx")) == 0
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "label-documents.md").read_text()
    assert "unmarked: " in capsys.readouterr().out
    assert [one for one in Standing if f"| `{one}` |" not in page] == []
