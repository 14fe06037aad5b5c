from __future__ import annotations

import pytest

from limen.company.expectation_text import block_at, with_answer, with_block, with_choice, with_title

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


ONE = """- test: Staff read and edit
  who: [staff]
  app: wiki
  action: [view, edit] # both
  expect: permit
  because: staff-work"""


def test_one_thing_of_a_test_is_changed_and_nothing_else() -> None:
    assert with_answer(ONE, "deny", "closed") == ONE.replace("permit", "deny").replace("staff-work", "closed")
    assert with_answer(ONE, "deny") == ONE.replace("permit", "deny").replace("\n  because: staff-work", "")
    assert with_choice(ONE, "action", ["view"]) == ONE.replace("[view, edit] # both", "view")
    assert with_choice(ONE, "app", ["wiki", "shop"]) == ONE.replace("app: wiki", "app: [wiki, shop]")
    assert with_title(ONE, "(x)") == ONE.replace("and edit\n", "and edit (x)\n")
    assert with_title('- test: "a: b"', "(x)") == '- test: "a: b (x)"'


def test_what_is_not_written_line_by_line_is_not_changed() -> None:
    assert with_answer("- {test: A}", "deny") is None
    assert with_choice("- test: A\n  app:\n    - wiki", "app", ["shop"]) is None
