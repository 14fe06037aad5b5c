from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.harbor_week import KEYS
from tests.cli.test_main import leave
from tests.company.small_folder import FILES, small_folder
from tests.golden import Expected

from limen.clock import SystemClock
from limen.company.load import load_company
from limen.facts import Facts, Person
from limen.facts.nouns import Auth, Factor, Place
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.policy.decision import Request
from limen.storage import Database
from limen.storage.journal import Journal

POLICY = "payroll-from-the-office"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A published folder with a watched policy, and twelve requests of three people that it would have refused."""
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    company = load_company(root)
    now = SystemClock().now()
    journal = Journal.open(root / "data/journal", KEYS)
    database = Database.open(root / "data/limen.db")
    for name, times in (("Maren Petersen", 7), ("Rohan Deshpande", 4), ("Lucía Herrero", 1)):
        person = Person(name[:5].lower(), name, f"{name[:5]}@harbor.example", frozenset({"staff", "finance"}), True)
        database.write(lambda one, who=person: people.add(one.connection, who, PersonStatus.ACTIVE, 1))
        auth = Auth(3, frozenset({Factor.PASSKEY}), now)
        home = Facts(company.all_apps["payroll"], person, auth, place=Place("203.0.113.7"))
        for facts in (home, replace(home, place=Place("192.0.2.7", network="office"))):
            for _ in range(times):
                decision = company.engine().decide(Request("view"), facts, now)
                journal.decided("gateway", decision, "", facts.place.address, 1.0)
    database.close()
    journal.close()
    return root


def test_watched_policies_are_listed_with_whom_they_would_have_met(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert leave("report-only", str(root)) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{POLICY} would have refused 12 requests by 3 people in the last 30 days",
        "        7  Maren Petersen",
        "        4  Rohan Deshpande",
        "        1  Lucía Herrero",
    ]


def test_one_command_enforces_it_and_only_its_state_changes(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("enforce", POLICY, str(root), "-m", "Everybody is back") == 0
    said = capsys.readouterr().out
    expected(said, {str(tmp_path): "FOLDER"})
    assert "limen pull" in said
    assert leave("pull", str(root)) == 0
    name = "policies/20-report-only.cedar"
    assert (root / name).read_text() == FILES[name].replace('@state("report-only")', '@state("enforce")')
    assert {one: (root / one).read_text() for one in FILES if one != name} == {
        one: text for one, text in FILES.items() if one != name
    }
    assert leave("report-only", str(root)) == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})


def test_off_and_watch_turn_it_back_and_the_same_state_is_no_revision(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("off", POLICY, str(root), "-m", "Not now") == 0
    assert leave("off", POLICY, str(root), "-m", "Not now") == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    assert leave("report-only", POLICY, str(root), "-m", "Look again") == 0
    assert leave("report-only", "payroll-from-the-ofice", str(root), "-m", "x") == 1
    assert f'did you mean "{POLICY}"?' in capsys.readouterr().err


def test_what_the_tests_forbid_is_not_enforced(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("off", "staff-work", str(root), "-m", "No wiki") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
