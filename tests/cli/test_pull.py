from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import FILES, small_folder
from tests.golden import Expected

POLICY = "payroll-from-the-office"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder behind what is in force: a policy was enforced since it was published."""
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    assert leave("enforce", POLICY, str(root), "-m", "Everybody is back") == 0
    return root


def test_pull_writes_what_changed_and_keeps_what_only_the_folder_changed(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    change(root, "apps.yaml", "name: Wiki", "name: Notes")
    assert leave("pull", str(root)) == 0
    said = capsys.readouterr().out
    assert "written  policies/20-report-only.cedar" in said
    expected(said, {str(tmp_path): "FOLDER"})
    assert leave("apply", str(root), "-m", "Both") == 0
    assert leave("pull", str(root)) == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})


def test_a_file_changed_on_both_sides_is_nobodys_to_overwrite(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(root, "policies/20-report-only.cedar", "// Looked at first, then enforced.", "// Mine.")
    assert leave("pull", str(root)) == 1
    assert "policies/20-report-only.cedar" in capsys.readouterr().err
    assert "// Mine." in (root / "policies/20-report-only.cedar").read_text()
    assert leave("pull", str(root), "--keep", "--take") == 2
    assert leave("pull", str(root), "--keep") == 0
    assert "// Mine." in (root / "policies/20-report-only.cedar").read_text()
    assert leave("apply", str(root), "-m", "Mine") == 0  # said knowingly: the folder's text is the newer one now


def test_take_takes_what_is_in_force(root: Path) -> None:
    change(root, "policies/20-report-only.cedar", "// Looked at first, then enforced.", "// Mine.")
    assert leave("pull", str(root), "--take") == 0
    assert "// Mine." not in (root / "policies/20-report-only.cedar").read_text()


def test_any_revision_can_be_written_into_a_new_folder_byte_for_byte(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert leave("log", str(root)) == 0
    begin = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")][-1].split()[0]
    assert leave("pull", str(root), "--into", str(tmp_path / "old"), "--revision", begin) == 0
    assert {name: (tmp_path / "old" / name).read_text() for name in FILES} == FILES
    assert (tmp_path / "old" / ".gitignore").read_text() == "data/\n"
    assert leave("pull", str(root), "--into", str(tmp_path / "old")) == 1
    assert leave("pull", str(root), "--revision", begin) == 2
