"""Sources are named in one way, whatever they tell."""

from __future__ import annotations

import pytest
from tests.devices.test_devices_file import read_text

from limen.configuration.named_sources import MOST


@pytest.mark.parametrize("section", ["signals", "sources"])
@pytest.mark.parametrize("name", ["Edr", "7", "e dr", "-edr", "é", "x" * 31])
def test_a_name_that_is_none_is_told_with_its_line(section: str, name: str) -> None:
    rules, problems = read_text(f"{section}:\n  good: {{kind: {KINDS[section]}}}\n  {name}: {{kind: nothing}}\n")
    assert rules is None
    assert [problem.line for problem in problems] == [3]


@pytest.mark.parametrize("section", ["signals", "sources"])
def test_there_are_so_many_at_most(section: str) -> None:
    lines = [f"  s{number}: {{kind: {KINDS[section]}}}\n" for number in range(MOST + 1)]
    assert read_text(f"{section}:\n{''.join(lines[:MOST])}")[1] == []
    assert len(read_text(f"{section}:\n{''.join(lines)}")[1]) == 1


KINDS = {"signals": "webhook", "sources": "push"}
