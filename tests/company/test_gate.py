from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.company.gate import pass_gate
from limen.company.load import FolderError, load_company


def test_what_passes_says_how_many_tests_it_met(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    assert pass_gate(company).tests == len(company.tests) > 3


def test_a_failing_test_shuts_the_gate(tmp_path: Path) -> None:
    company = load_company(small_folder(tmp_path))
    broken = replace(company, tests=(replace(company.tests[0], effect=company.tests[1].effect),))
    with pytest.raises(FolderError, match="was expected"):
        pass_gate(broken)
