from __future__ import annotations

import pytest

from limen.company.yaml_text import TextError, read_yaml
from limen.configuration.tree import Tree

TEXT = """# a comment
- id: wiki
  routes: ["GET /**", 'x']
  on: true
  none: null
  number: 0x10
  real: 1.5
  at: 2026-11-24 22:00
"""


def test_the_plain_part_of_yaml_is_read_with_its_places() -> None:
    tree = Tree(read_yaml(TEXT))
    assert tree.plain() == [
        {
            "id": "wiki",
            "routes": ["GET /**", "x"],
            "on": True,
            "none": None,
            "number": 16,
            "real": 1.5,
            "at": "2026-11-24 22:00",
        }
    ]
    assert tree.key_at(0, "routes") == (3, 3)
    assert tree.at(0, "routes", 1) == (3, 23)


def test_an_empty_file_says_nothing() -> None:
    assert Tree(read_yaml("# nothing\n")).plain() is None


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "1:30", "~x"])
def test_words_that_old_yaml_took_for_something_else_are_words(word: str) -> None:
    assert Tree(read_yaml(f"a: {word}")).plain() == {"a": word}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: [\n", 3, "this is not valid YAML"),
        ("a: 1\n? [x]\n: 2\n", 2, "a key must be a plain word"),
        ("a: 1\n<<: {b: 1}\n", 2, "a key must be a plain word"),
        ("a: 1\na: 2\n", 2, "`a` appears twice"),
        ("a: !!str 1\n", 1, "tags are not supported"),
        ("\ta: 1", 1, "this is not valid YAML"),
    ],
)
def test_the_rest_is_refused_with_its_place(text: str, line: int, what: str) -> None:
    with pytest.raises(TextError, match=what) as caught:
        read_yaml(text)
    assert caught.value.line == line
