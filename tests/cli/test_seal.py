"""`limen seal`: files and folders, in one's own name or on the server."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from tests.cli.sealing import LIMEN, PAPER, Confirming, browser, root, salaries
from tests.cli.test_main import leave

from limen.data.sealing import files, manifest
from limen.data.sealing.age_keys import Identity, identities_in

__all__ = ["browser", "root", "salaries"]


def test_a_file_is_sealed_in_ones_own_name(
    browser: Confirming, salaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("seal", str(salaries), "--label", "confidential", "--limen", LIMEN) == 0
    sealed = salaries.with_name("salaries.csv.age")
    told = capsys.readouterr()
    assert str(sealed) in told.out
    assert LIMEN in told.err
    said = manifest.read(sealed)
    assert (said.manifest.by, said.manifest.label) == ("p_ida", "confidential")
    assert said.certified is not None
    assert salaries.exists()
    assert files.file_key_of(sealed, [PAPER])
    assert browser.asked == ["/data/seal"]


def test_many_at_once_a_folder_and_somebody_elses_key(
    root: Path, salaries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partner = Identity.new()
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "a.txt").write_text("contract")
    words = ("seal", str(salaries), str(tmp_path / "contracts"), "--label", "internal", "--to", partner.recipient.text)
    assert leave(*words, "--company", str(root), "--into", str(tmp_path / "out" / "of"), "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(row["sealed"]).name for row in rows] == ["salaries.csv.age", "contracts.tar.age"]
    assert all(files.file_key_of(Path(row["sealed"]), [partner]) for row in rows)
    assert leave(*words, "--company", str(root), "--into", str(tmp_path / "out" / "of")) == 1  # they are there


def test_a_file_can_go_once_it_is_sealed_and_not_before(root: Path, salaries: Path, tmp_path: Path) -> None:
    words = ("--label", "internal", "--company", str(root), "--remove")
    salaries.with_name("salaries.csv.age").write_text("something else")
    assert leave("seal", str(salaries), *words) == 1
    assert salaries.exists()
    salaries.with_name("salaries.csv.age").unlink()
    assert leave("seal", str(salaries), *words) == 0
    assert not salaries.exists()
    (tmp_path / "folder").mkdir()
    assert leave("seal", str(tmp_path / "folder"), *words) == 2


def test_a_recovery_key_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("seal", "recovery-key", "--json") == 0
    row = json.loads(capsys.readouterr().out)
    assert Identity.read(row["identity"]).recipient.text == row["recipient"]
    assert leave("seal", "recovery-key") == 0
    out = capsys.readouterr().out
    assert row["identity"] not in out
    (made,) = identities_in(out)  # what it prints, saved as it is, is a key file of age
    assert out.count(made.text) == 1
    assert f'# [data.sealing]\n# recovery = ["{made.recipient.text}"]' in out


def test_what_the_page_shows_seals_and_opens(
    root: Path, salaries: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second line found the plain file in its way, once."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "seal-files.md").read_text()
    seal, open_ = re.findall(r"^limen ((?:seal|open) .*)$", page.partition("## Seal and open")[2], re.MULTILINE)[:2]
    monkeypatch.chdir(salaries.parent)
    shutil.move(salaries, "salaries.xlsx")
    Path("contracts").mkdir()
    assert leave(*shlex.split(seal.partition(" --limen")[0]), "--company", str(root)) == 0
    Path("recovery.key").write_text(PAPER.text)
    assert leave(*shlex.split(open_), "--identity", "recovery.key", "--unsigned") == 0
    assert Path("opened/salaries.xlsx").read_bytes() == Path("salaries.xlsx").read_bytes()
    capsys.readouterr()


@pytest.mark.parametrize(
    "words",
    [
        ("salaries.csv",),
        ("salaries.csv", "--label", "secret"),
        ("recovery-key", "salaries.csv"),
        ("keys", "x"),
        ("rotate",),
        ("shred", "--label", "internal"),
        ("keep", "--label", "internal"),
        ("shred", "--period", "2026"),
    ],
)
def test_a_wrong_call_is_said(words: tuple[str, ...], root: Path) -> None:
    assert leave("seal", *words, "--company", str(root)) == 2


def test_what_is_not_there_and_what_is_no_key(root: Path, salaries: Path, tmp_path: Path) -> None:
    label = ("--label", "internal", "--company", str(root))
    assert leave("seal", str(tmp_path / "missing"), *label) == 1
    assert leave("seal", str(salaries), *label, "--to", "age1x") == 1
    assert not salaries.with_name("salaries.csv.age").exists()


def test_in_the_company_folder_it_is_the_server_that_seals_unless_limen_is_named(
    browser: Confirming, root: Path, salaries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert leave("seal", str(salaries), "--label", "internal") == 0
    assert manifest.read(salaries.with_name("salaries.csv.age")).manifest.by == "server"
    assert browser.asked == []
    for one in (salaries.with_name("salaries.csv.age"), manifest.path_of(salaries.with_name("salaries.csv.age"))):
        one.unlink()
    assert leave("seal", str(salaries), "--label", "internal", "--limen", LIMEN) == 0
    assert browser.asked == ["/data/seal"]


def test_keys_are_looked_after_in_a_company_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert leave("seal", "keys") == 1
    assert "--company" in capsys.readouterr().err


def test_without_recovery_keys_nothing_is_sealed(root: Path, salaries: Path) -> None:
    settings = root / "limen.toml"
    settings.write_text(settings.read_text().partition("[data.sealing]")[0])
    assert leave("seal", str(salaries), "--label", "internal", "--company", str(root)) == 1
    assert not salaries.with_name("salaries.csv.age").exists()
