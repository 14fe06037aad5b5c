from __future__ import annotations

import pytest

from limen.company.toml_text import read_toml
from limen.company.yaml_text import TextError
from limen.configuration.tree import Tree

TEXT = """name = "Harbor"
groups.staff = "All"

[networks]
office = ["10.0.0.0/8"]
"the hall" = []
[sessions]
idle_hours = 2.5
until = 2026-01-01
"""


def test_toml_is_read_with_its_places() -> None:
    tree = Tree(read_toml(TEXT))
    assert tree.plain()["sessions"] == {"idle_hours": 2.5, "until": "2026-01-01"}
    assert tree.at("name") == (1, 8)
    assert tree.key_at("name") == (1, 1)
    assert tree.at("networks", "office", 0) == (5, 10)
    assert tree.key_at("networks", "the hall") == (6, 1)
    assert tree.at("sessions", "idle_hours") == (8, 14)
    assert tree.key_at("groups", "staff")[0] == 2


def test_a_place_that_does_not_exist_is_that_of_what_is_around_it() -> None:
    assert Tree(read_toml(TEXT)).at("sessions", "nothing") == (7, 2)


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = ", 2), ("a = 1\na = 2", 2), ("a = [1,\n", 2), ("[a\n", 1)])
def test_what_is_no_toml_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(TextError, match="this is not valid TOML") as caught:
        read_toml(text)
    assert caught.value.line == line
