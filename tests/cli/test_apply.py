from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.company import store
from limen.company.load import load_company
from limen.company.publish import CONSOLE, publish
from limen.company.states import in_state
from limen.policy import State
from limen.storage import Database


def test_apply_publishes_what_is_sound_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    database = Database.open(root / "data/limen.db")
    revision = database.read(store.newest)
    database.close()
    assert revision is not None
    assert (revision.author, revision.reason) == ("server", "Begin")


def test_apply_publishes_nothing_while_a_test_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    change(root, "policies/tests.yaml", "expect: deny", "expect: permit")
    assert leave("apply", str(root), "-m", "Begin") == 1
    assert "policies/tests.yaml:" in capsys.readouterr().err
    database = Database.open(root / "data/limen.db")
    assert database.read(store.newest) is None
    database.close()


def test_apply_says_so_when_nothing_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    name = capsys.readouterr().out.split()[1]
    assert leave("apply", str(root), "-m", "Again") == 0
    assert capsys.readouterr().out == (
        f"Nothing changed: revision {name} is already in force; the message is ignored.\n"
    )


def test_apply_keeps_a_changed_comment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    name = capsys.readouterr().out.split()[1]
    with (root / "apps.yaml").open("a") as apps:
        apps.write("# a comment changes nothing\n")
    assert leave("apply", str(root), "-m", "Again") == 0
    assert capsys.readouterr().out == f"Revision {name} stays in force; its new text is stored: Again\n"
    database = Database.open(root / "data/limen.db")
    assert [one.reason for one in database.read(store.history)] == ["Again", "Begin"]
    company = database.read(lambda snapshot: store.company_of(snapshot, store.newest(snapshot).id))
    assert company is not None
    assert company.files["apps.yaml"] == (root / "apps.yaml").read_text()
    database.close()


def test_apply_needs_a_reason(tmp_path: Path) -> None:
    assert leave("apply", str(small_folder(tmp_path))) == 2


def test_apply_undoes_nothing_that_was_published_since_the_folder_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    company = load_company(root)
    database = Database.open(root / "data/limen.db")
    enforced = in_state(company, "payroll-from-the-office", State.ENFORCE)
    publish(database, enforced, "p1", "the office is ready", 2, via=CONSOLE)
    change(root, "apps.yaml", "label: internal", "label: public")
    assert leave("apply", str(root), "-m", "The wiki is for everybody") == 1
    said = capsys.readouterr().err
    expected(said, {str(tmp_path): "FOLDER"})
    assert "limen pull" in said
    assert database.read(store.newest).id == enforced.revision
    database.close()
