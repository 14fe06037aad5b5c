"""`limen data exact|fingerprint|lists`: what is kept of the company's lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docx import Document
from tests.cli.test_main import leave

from limen.cli.data_lists import rows_of
from limen.data.lists import store
from limen.demo.harbor import copy_to
from limen.errors import LimenError
from limen.storage import Database

DECLARED = """\
exact: {customers: {name: Customers, fields: [number, name]}}
fingerprints: {contracts: {name: Contracts}}
"""
LIST = "Nr;Name;Town\nK-10042;Anna Berger;Berlin\nK-10043;Zoë Müller;Köln\n;;\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data.yaml").write_text(DECLARED)
    Database.open(tmp_path / "data" / "limen.db").close()
    return tmp_path


def _kept(folder: Path) -> list[store.KeptList]:
    database = Database.open(folder / "data" / "limen.db")
    try:
        return database.read(lambda snapshot: store.every(snapshot.connection))
    finally:
        database.close()


def test_rows_are_kept_by_their_columns_and_listed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="cp1252")
    words = ("data", "exact", "add", "customers", str(file), "--company", str(folder))
    assert leave(*words) != 0
    assert leave(*words, "--field", "Nr,Name") == 0
    (kept,) = _kept(folder)
    assert (kept.name, kept.entries) == ("customers", 3)
    assert b"Berger" not in kept.body
    capsys.readouterr()
    assert leave("data", "lists", "--company", str(folder), "--json") == 0
    assert json.loads(capsys.readouterr().out)["entries"] == 3
    assert leave("data", "lists", "--company", str(folder)) == 0
    assert "contracts" in capsys.readouterr().out
    assert leave("data", "exact", "remove", "customers", "--company", str(folder)) == 0
    assert _kept(folder) == []


def test_documents_are_kept_and_what_can_t_be_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = " ".join(f"w{number}" for number in range(100))
    (tmp_path / "a.txt").write_text(words)
    document = Document()
    document.add_paragraph(words + " and more")
    document.save(str(tmp_path / "b.docx"))
    (tmp_path / "short.txt").write_text("too short")
    (tmp_path / "chart.bin").write_bytes(b"\0\1")
    files = [str(tmp_path / one) for one in ("a.txt", "b.docx", "short.txt", "chart.bin")]
    assert leave("data", "fingerprint", "add", "contracts", *files, "--company", str(folder)) == 1
    said = capsys.readouterr().out
    assert "short.txt" in said
    assert "chart.bin" in said
    assert [(one.name, one.entries) for one in _kept(folder)] == [("contracts", 2)]


@pytest.mark.parametrize(
    "words",
    [
        ("exact", "add", "nothing-declared", "x.csv"),
        ("exact", "add", "customers", "away.csv"),
        ("exact", "add", "customers"),
        ("exact", "tell", "customers"),
        ("exact", "remove", "customers"),
        ("fingerprint", "add", "nothing-declared", "x.txt"),
        ("fingerprint", "add", "contracts"),
        ("fingerprint", "add", "contracts", "away.txt"),
        ("lists", "customers"),
    ],
)
def test_a_wrong_call_keeps_nothing(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("data", *words, "--company", str(folder)) != 0
    assert _kept(folder) == []


def test_a_table_is_read_whatever_separates_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    for separator in ",;\t":
        file.write_text(LIST.replace(";", separator), encoding="utf-8-sig")
        assert list(rows_of(file, ["Name", "Nr"]))[:2] == [["Anna Berger", "K-10042"], ["Zoë Müller", "K-10043"]]
    with pytest.raises(LimenError):
        list(rows_of(file, ["Street"]))
    file.write_text("a,b\n" + "x" * 20_000 + ",y\n")
    with pytest.raises(LimenError):
        list(rows_of(file, ["a"]))
