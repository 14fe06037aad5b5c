"""Text that tries to steer the terminal of whoever administers Limen: refused where it comes in, shown where it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import small_folder

from limen.company import store
from limen.company.load import check_folder, load_company
from limen.company.publish import CONSOLE, publish
from limen.company.store import Beside
from limen.errors import LimenError
from limen.storage import Database

NOW = 1_795_510_800_000
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e"
WRITTEN = r"\u001b]0;owned\u0007\u001b[2J\u202e"


def is_clean(text: str) -> bool:
    return all(one.isprintable() or one == "\n" for one in text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.mark.parametrize("bad", ["\x1b[2J", "\x1b]0;owned\x07", "\u202e", "\u2066", "\x9b1A", "\x7f"])
def test_no_door_takes_a_reason_that_steers(root: Path, bad: str) -> None:
    assert leave("apply", str(root), "-m", "Begin") == 0
    database = Database.open(root / "data/limen.db")
    try:
        change(root, "apps.yaml", "label: internal", "label: public")
        with pytest.raises(LimenError, match="needs a reason") as refused:
            publish(database, load_company(root), "p1", f"quiet {bad} change", NOW, via=CONSOLE)
        assert is_clean(str(refused.value))
    finally:
        database.close()


def test_one_that_is_there_already_is_shown_and_not_obeyed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("apply", str(root), "-m", "Begin") == 0
    change(root, "apps.yaml", "label: internal", "label: public")
    company = load_company(root)
    database = Database.open(root / "data/limen.db")
    database.write(lambda one: store.add(one, company, "p1", f"quiet {HOSTILE}", NOW, via=CONSOLE, beside=Beside()))
    database.close()
    capsys.readouterr()
    assert leave("log", str(root)) == 0
    told = capsys.readouterr()
    assert "quiet " + WRITTEN in told.out
    assert is_clean(told.out)
    change(root, "apps.yaml", "name: Wiki", "name: Books")
    leave("apply", str(root), "-m", "Mine")  # it was begun from an earlier revision: the refusal tells the newer reason
    told = capsys.readouterr()
    assert is_clean(told.out + told.err)


def test_literals_of_policies_are_shown_and_not_obeyed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Characters that turn the writing are refused in policies; escapes are only text there.
    literal = f'context.place.network == "{HOSTILE[:-1]}"'
    change(root, "policies/20-report-only.cedar", 'context.place.network == "office"', literal)
    leave("why", str(root), "--app", "payroll", "--action", "view", "--group", "finance")
    told = capsys.readouterr()
    assert "payroll-from-the-office" in told.out
    assert is_clean(told.out + told.err)


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("limen.toml", '"Finance"', f'"Fin{WRITTEN}ance"', "title"),
        ("limen.toml", '"Finance"', f'"{"x" * 201}"', "title"),
        ("limen.toml", 'name = "Harbor"', f'name = "{WRITTEN}"', "name"),
        ("limen.toml", "office = [", f'"{WRITTEN}" = [', "network"),
        ("apps.yaml", "name: Wiki", f'name: "{WRITTEN}"', "displayed"),
        ("apps.yaml", "name: Wiki", f'description: "{WRITTEN}"', "displayed"),
        ("apps.yaml", "name: Wiki", f'public: [{{route: "GET /x", why: "{WRITTEN}"}}]', "displayed"),
        ("policies/tests.yaml", "- test: Staff read the wiki", f'- test: "{WRITTEN}"', "displayed"),
    ],
)
def test_no_name_or_title_steers(
    root: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, line: str
) -> None:
    change(root, file, old, new)
    checked = check_folder(root)
    assert any(problem.file == file and line in problem.what for problem in checked.problems)
    assert leave("check", str(root)) == 1
    told = capsys.readouterr()
    assert is_clean(told.out + told.err)
