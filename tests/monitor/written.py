"""`monitor.yaml` as it is read in the tests of its sections."""

from __future__ import annotations

from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.monitor.monitor_file import FILE, read
from limen.monitor.monitor_rules import MonitorRules
from limen.pillar import Around


def read_text(text: str) -> tuple[MonitorRules | None, list[Problem]]:
    """What it says, and all that is wrong with it."""
    files, problems = parse_texts({FILE: text})
    assert problems == []
    return read(Tree(files[FILE]["tree"]), Around(None, None, None))


def the_rules(text: str) -> MonitorRules:
    rules, problems = read_text(text)
    assert problems == []
    assert rules is not None
    return rules


def lines(text: str) -> list[int]:
    """In which lines something is wrong."""
    return [problem.line for problem in read_text(text)[1]]
