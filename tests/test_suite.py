"""A run over tests of a test's own: what failed is tried once more alone, noted where it holds, and what is told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tools import suite, unsteady

WRONG = "def test_it():\n    assert 0\n"
RIGHT = "def test_it():\n    pass\n"
UNSTEADY = """
import pathlib
seen = pathlib.Path(__file__ + ".seen")
was = seen.exists()
seen.touch()
def test_it():
    assert was, "so it was"
"""
MANY = UNSTEADY + "".join(f"def test_{number}():\n    assert was\n" for number in range(9))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(suite, "HERE", tmp_path)
    monkeypatch.setattr(suite, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(suite, "LAST_GREEN", tmp_path / "last-green")
    monkeypatch.setattr(suite, "TOGETHER", ())
    monkeypatch.setattr(suite, "commit", lambda: "c0ffee")
    monkeypatch.setattr(suite, "is_clean", lambda: True)
    monkeypatch.setattr(unsteady, "LIST", tmp_path / "unsteady.toml")
    monkeypatch.setenv("PYTHONPATH", str(suite_folder()))
    (tmp_path / "pytest.ini").touch()
    return tmp_path


def suite_folder() -> Path:
    return Path(suite.__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("files", "tests", "code", "noted", "failed"),
    [
        (1, RIGHT, 0, 0, 0),
        (1, MANY, 0, 10, 0),
        (1, WRONG, 1, 0, 1),
        (9, UNSTEADY, 1, 0, 9),
    ],
    ids=["right", "many of one file", "wrong", "of many files"],
)
def test_what_failed_is_tried_once_more_alone(
    here: Path, capfd: pytest.CaptureFixture[str], files: int, tests: str, code: int, noted: int, failed: int
) -> None:
    for number in range(files):
        (here / f"test_{number}.py").write_text(tests)
    assert suite.main(["gate"]) == code
    told = capfd.readouterr().out
    listed = unsteady.listed(here / "unsteady.toml")
    assert (len(listed), told.count("UNSTEADY: ")) == (noted, 2 * noted)
    came_to = json.loads((here / "runs" / "gate.json").read_text())
    assert (len(came_to["failed"]), came_to["commit"]) == (failed, "c0ffee")
    assert told.splitlines()[-1] == f"{came_to['passed']} passed, {failed} failed, 0 skipped"
    assert (here / "last-green").exists() is (code == 0)
    if noted:
        assert {one["commit"] for one in listed} == {"c0ffee"}
        assert "so it was" in listed[-1]["seen"] or noted > 1


def test_a_run_that_is_no_result_is_not_tried_again(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "test_it.py").write_text("import nothing_like_it\n")
    assert suite.main(["gate"]) not in {0, suite.SOME_FAILED}
    assert "Once more" not in capfd.readouterr().out
    assert not (here / "last-green").exists()


def test_a_dirty_tree_was_not_green(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "is_clean", lambda: False)
    (here / "test_it.py").write_text(RIGHT)
    assert suite.main(["gate"]) == 0
    assert not (here / "last-green").exists()


def test_the_long_run_says_how_to_run_it_again(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "test_it.py").write_text(RIGHT)
    assert suite.main(["long", "--part", "1/2", "--seed", "7"]) == 0
    assert "--all --part 1/2 --seed 7" in capfd.readouterr().out
    assert {suite.asked_of(["long"]).seed for _ in range(5)} != {0}
    assert suite.asked_of(["gate"]).seed == 0


@pytest.mark.parametrize("words", [["--part", "7/6"], ["--part", "0/6"], ["--part", "2"], ["--seed", "x"]])
def test_what_is_no_part_or_seed_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        suite.asked_of(["long", *words])


def test_one_stands_in_the_list_once_and_not_for_ever(tmp_path: Path) -> None:
    file, then = tmp_path / "unsteady.toml", date(2026, 12, 7)
    for _ in range(2):
        unsteady.note({'tests/a.py::test_it[x"]': "E   assert 'é'\n"}, "c0ffee", file, then)
    (one,) = unsteady.listed(file)
    said = {"test": 'tests/a.py::test_it[x"]', "seen": "E   assert 'é'\n", "cause": ""}
    assert one == {"day": then, "commit": "c0ffee", **said}
    assert unsteady.too_old(date(2026, 12, 21), file) == []
    assert unsteady.too_old(date(2026, 12, 22), file) == [one["test"]]
