from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.golden import Expected


def test_it_is_printed_for_whom_and_in_which_language_it_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = str(small_folder(tmp_path))
    assert leave("notice", "employees", root) == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert leave("apply", root, "-m", "first") == 0
    capsys.readouterr()
    assert leave("notice", "employees", root) == 0
    assert "## What is recorded" in capsys.readouterr().out
    assert leave("notice", "works-council", root, "--language", "de") == 0
    said = capsys.readouterr().out
    assert "## Technische Maßnahmen" in said
    assert "person.erased" in said
    assert leave("notice", "everybody", root) == 1
    assert leave("notice", "employees", root, "--language", "fr") == 1
