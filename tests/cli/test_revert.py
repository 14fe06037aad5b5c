from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import FILES, small_folder
from tests.golden import Expected

from limen.company import store
from limen.storage import Database


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that was published twice."""
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    change(root, "apps.yaml", "label: internal", "label: public")
    assert leave("apply", str(root), "-m", "For everybody") == 0
    return root


def history(root: Path) -> list[store.Revision]:
    database = Database.open(root / "data/limen.db")
    found = database.read(store.history)
    database.close()
    return found


def test_a_revert_publishes_the_one_before_as_a_new_revision(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("revert", str(root), "-m", "Too early") == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    found = history(root)
    assert [one.reason for one in found] == ["Too early", "For everybody", "Begin"]
    assert found[0].id == found[2].id != found[1].id
    assert leave("apply", str(root), "-m", "Again") == 1  # the folder still says what was taken back
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert leave("pull", str(root)) == 0
    assert (root / "apps.yaml").read_text() == FILES["apps.yaml"]


def test_a_revision_is_named_by_the_beginning_of_its_id(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    begin = history(root)[-1].id
    assert leave("revert", begin[:8], str(root), "-m", "Back") == 0
    assert leave("revert", begin[:8], str(root), "-m", "Back") == 0
    assert "Nothing changed" in capsys.readouterr().out
    assert leave("revert", "0000", str(root), "-m", "Back") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert len(history(root)) == 3


def test_without_an_earlier_revision_there_is_nothing_to_go_back_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    assert leave("revert", str(root), "-m", "Back") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
