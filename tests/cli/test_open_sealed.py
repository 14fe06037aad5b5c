"""`limen open`: after a decision, or with a recovery key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.sealing import LIMEN, PAPER, Confirming, browser, root, salaries
from tests.cli.test_main import leave

from limen.data.sealing import manifest, wire
from limen.data.sealing.age_keys import Identity

__all__ = ["browser", "root", "salaries"]


@pytest.fixture
def sealed(root: Path, salaries: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A sealed file whose plain one is gone."""
    assert leave("seal", str(salaries), "--label", "confidential", "--company", str(root), "--remove") == 0
    capsys.readouterr()
    return salaries.with_name("salaries.csv.age")


def test_limen_is_asked_and_the_file_is_back(
    browser: Confirming, sealed: Path, salaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("open", str(sealed), "--limen", LIMEN, "--json") == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["opened"], row["label"], row["sealed_by"]) == (str(salaries), "confidential", "server")
    assert salaries.read_text() == "salaries"
    assert browser.asked == ["/data/open"]
    assert leave("open", str(sealed)) == 1  # it is there
    assert browser.asked == ["/data/open"]


def test_more_than_one_address_holds_are_asked_for_in_turns(browser: Confirming, root: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(wire.MOST_FILES + 1)]
    for path in paths:
        path.write_text(path.name)
    company = ("--label", "internal", "--company", str(root), "--remove")
    assert leave("seal", *map(str, paths), *company) == 0
    assert leave("open", *(f"{path}.age" for path in paths), "--limen", LIMEN) == 0
    assert [path.read_text() for path in paths] == [path.name for path in paths]
    assert browser.asked == ["/data/open"] * 2


def test_a_folder_comes_back(browser: Confirming, root: Path, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "a.txt").write_text("contract")
    assert leave("seal", str(tmp_path / "contracts"), "--label", "internal", "--company", str(root)) == 0
    out = tmp_path / "out"
    assert leave("open", str(tmp_path / "contracts.tar.age"), "--into", str(out), "--limen", LIMEN) == 0
    assert (out / "contracts" / "a.txt").read_text() == "contract"
    assert browser.asked == ["/data/open"]


@pytest.mark.parametrize("changed", [{"label": "public"}, {"period": "1999"}, {"stanza": "00" * 64}])
def test_what_limen_says_otherwise_than_the_manifest_opens_nothing(
    browser: Confirming, sealed: Path, salaries: Path, changed: dict[str, str]
) -> None:
    browser.changed = changed
    assert leave("open", str(sealed), "--limen", LIMEN) == 1
    assert not salaries.exists()


def test_a_recovery_key_opens_without_limen(sealed: Path, salaries: Path, tmp_path: Path) -> None:
    key = tmp_path / "recovery.key"
    key.write_text(f"# Harbor\n{PAPER.text}\n")
    words = ("open", str(sealed), "--identity", str(key))
    assert leave(*words) == 1  # who sealed it can't be told here
    assert not salaries.exists()
    assert leave(*words, "--unsigned") == 0
    assert salaries.read_text() == "salaries"


def test_a_recovery_key_asks_who_sealed_it_where_that_is_known(
    browser: Confirming, sealed: Path, salaries: Path, tmp_path: Path
) -> None:
    assert leave("open", str(sealed), "--into", str(tmp_path / "once"), "--limen", LIMEN) == 0
    assert browser.asked
    (tmp_path / "recovery.key").write_text(PAPER.text)
    words = ("open", str(sealed), "--identity", str(tmp_path / "recovery.key"))
    path = manifest.path_of(sealed)
    whole = path.read_text()
    path.write_text(whole.replace("confidential", "public"))
    assert leave(*words) == 1
    path.write_text(whole)
    assert leave(*words) == 0
    assert salaries.read_text() == "salaries"


def test_what_can_not_be_is_said_before_anybody_confirms(
    browser: Confirming, sealed: Path, salaries: Path, tmp_path: Path
) -> None:
    other = Identity.new()
    (tmp_path / "other.key").write_text(other.text)
    (tmp_path / "empty.key").write_text("")
    manifest.path_of(sealed).rename(tmp_path / "kept")
    for words in (
        (str(tmp_path / "missing.age"),),
        (str(sealed),),  # without its manifest
        (str(sealed), "--identity", str(tmp_path / "other.key"), "--unsigned"),
        (str(sealed), "--identity", str(tmp_path / "empty.key"), "--unsigned"),
        (str(sealed), "--identity", str(tmp_path / "missing.key"), "--unsigned"),
        (str(sealed), str(sealed.parent / "." / sealed.name), "--into", str(tmp_path / "out")),
        (str(tmp_path / "kept"),),
    ):
        assert leave("open", *words, "--limen", LIMEN) == 1, words
    assert leave("open", str(sealed), "--unsigned") == 2
    assert browser.asked == []
    assert not salaries.exists()
