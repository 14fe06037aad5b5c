from __future__ import annotations

import pytest

from limen.web.console.expectation_text import block_at, with_block

TEXT = """# What we expect.

- test: One
  who: staff
  given: {strength: 3}

# A remark
- {test: Two, who: nobody}
- test: Three
  who: staff
"""


@pytest.mark.parametrize(
    ("line", "block"),
    [
        (3, "- test: One\n  who: staff\n  given: {strength: 3}"),
        (8, "- {test: Two, who: nobody}"),
        (9, "- test: Three\n  who: staff"),
        (1, ""),
        (4, ""),
        (0, ""),
        (99, ""),
        (-3, ""),
    ],
)
def test_a_test_is_cut_out_by_its_line(line: int, block: str) -> None:
    assert block_at(TEXT, line) == block
    assert with_block(TEXT, line, block) == TEXT if block else with_block(TEXT, line, "- x") == TEXT


def test_another_text_takes_its_place_and_nothing_else_changes() -> None:
    assert with_block(TEXT, 8, "- {test: 2}\n") == TEXT.replace("- {test: Two, who: nobody}", "- {test: 2}")
    gone = with_block(TEXT, 3, "")
    assert gone == TEXT.replace("- test: One\n  who: staff\n  given: {strength: 3}\n\n", "")
