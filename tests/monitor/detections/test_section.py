"""`detections:` of `monitor.yaml`."""

from __future__ import annotations

from typing import Any

import pytest

from limen.company.child import parse_texts
from limen.configuration.tree import Tree
from limen.monitor.detections.section import DetectionRules, changes
from limen.monitor.monitor_file import FILE, read
from limen.pillar import Around


def read_text(text: str) -> tuple[Any, list[Any]]:
    files, problems = parse_texts({FILE: text})
    assert problems == []
    return read(Tree(files[FILE]["tree"]), Around(None, None, None))


def test_folders_and_what_is_off() -> None:
    rules, problems = read_text("detections:\n  folders: [/srv/sigma]\n  off: [b, a, b]\n")
    assert problems == []
    assert rules.detections == DetectionRules(("/srv/sigma",), ("a", "b"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("detections:\n  folder: [/srv]\n", 2),
        ("detections:\n  off:\n  - 'a b'\n", 3),
        ("detections:\n  folders: [" + ", ".join(["a"] * 11) + "]\n", 2),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int) -> None:
    rules, problems = read_text(text)
    assert rules is None
    assert [(one.file, one.line) for one in problems] == [(FILE, line)]


def test_each_change_is_one_line() -> None:
    before, after = DetectionRules(("/a", "/b"), ("x",)), DetectionRules(("/b", "/c"), ("x", "y"))
    said = list(changes(before, after))
    assert len(said) == 3
    assert all(any(word in one for one in said) for word in ("/a", "/c", "y"))
    assert list(changes(after, after)) == []
