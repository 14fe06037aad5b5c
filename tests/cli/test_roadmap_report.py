"""`limen report`: a signed file for outsiders, verified by Limen without a folder, by OpenSSL, and by the journal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.cli.test_request import said
from tests.storage.test_signed_documents import openssl_accepts

from limen.cli.open_company import opened
from limen.cli.roadmap_report import NOT_YET, _code
from limen.roadmap.report.anchor import Held
from limen.roadmap.report.signing import REPORTS

__all__ = ["folder"]
FORMS = ["pdf", "html", "csv", "json"]


@pytest.mark.parametrize("form", FORMS)
def test_a_report_is_written_and_verified_without_the_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    file = tmp_path / f"report.{form}"
    (made,) = said(capsys, "report", str(folder), "--out", str(file))
    assert (made["file"], made["yes"]) == (str(file), 0)
    assert leave("report", str(folder), "--out", str(file)) == 1
    (key,) = said(capsys, "report", str(folder), "--print-key")
    assert said(capsys, "report", "--verify", str(file), "--key", key["key"]) == [
        {"verified": True, "signature": True, "fingerprint": key["fingerprint"], "journal": None}
    ]
    assert leave("report", "--verify", str(file), "--key", key["key"]) == 0
    assert key["fingerprint"] in capsys.readouterr().out
    if shutil.which("openssl"):
        detached = file.with_name(f"report.{form}.sig").read_bytes()
        (tmp_path / "by").mkdir()
        assert openssl_accepts(tmp_path / "by", file.read_bytes(), detached, bytes.fromhex(key["key"]))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert leave("report", "--verify", str(file), "--key", key["key"]) == 1
    assert leave("report", "--verify", str(file), str(folder)) == 1


def test_people_are_named_only_when_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    assert leave("report", str(folder), "--out", str(tmp_path / "without.csv")) == 0
    assert leave("report", str(folder), "--out", str(tmp_path / "with.csv"), "--names") == 0
    without, named = ((tmp_path / one).read_bytes() for one in ("without.csv", "with.csv"))
    assert b"Oscar" in named
    assert not [one for one in (b"Oscar", b"p_oscar", b"Farid", b"p_farid") if one in without]


def test_what_was_made_waits_for_the_journal_with_its_digest(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    (made,) = said(capsys, "report", str(folder), "--out", str(file))
    assert json.loads(file.read_bytes())["assessment-results"]
    assert leave("report", "--verify", str(file), str(folder), "--json") == NOT_YET
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["verified"], found["is_known"], found["confirmed"]) == (True, False, [])
    assert found["held"] == Held.NOT_YET
    assert leave("report", "--verify", str(file), str(folder)) == NOT_YET
    with opened(folder) as here:
        assert REPORTS.verified(file.read_bytes(), REPORTS.public_keys(here.keyring()))
    assert len(made["sha256"]) == 64


def test_outside_a_company_folder_the_key_is_asked_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "elsewhere" / "report.csv"
    file.parent.mkdir()
    assert leave("report", str(folder), "--out", str(file)) == 0
    monkeypatch.chdir(file.parent)
    assert leave("report", "--verify", "report.csv") == 1
    assert "--key" in capsys.readouterr().err


def test_what_the_journal_contradicts_or_a_chain_that_is_cut_is_worse_than_nothing_in_it() -> None:
    assert [_code(one, are_chains_whole=True) for one in Held] == [0, NOT_YET, 1]
    assert {_code(one, are_chains_whole=False) for one in Held} == {1}


def test_the_key_is_printed_as_text_and_for_openssl(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert leave("report", str(folder), "--print-key") == 0
    assert len(bytes.fromhex(capsys.readouterr().out.strip())) == 32
    assert leave("report", str(folder), "--print-key", "--pem") == 0
    assert capsys.readouterr().out.startswith("-----BEGIN PUBLIC KEY-----\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("--out", "report.pdf", "--print-key"), 2),
        (("--out", "report.docx"), 1),
        (("--verify", "none.pdf"), 1),
        (("--verify", "none.pdf", "--key", "00"), 1),
    ],
)
def test_a_wrong_call_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int
) -> None:
    monkeypatch.chdir(folder)
    assert leave("report", *words) == code
