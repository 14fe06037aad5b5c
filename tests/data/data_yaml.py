"""`data.yaml` as tests write it, read as a folder's is."""

from __future__ import annotations

from limen.company.yaml_text import read_yaml
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.data.reading import read
from limen.data.rules.stated import DataRules
from limen.pillar import Around

AROUND = Around(None, frozenset({"staff", "finance", "contractors"}), frozenset({"wiki", "payroll"}))


def read_text(text: str) -> tuple[DataRules | None, list[Problem]]:
    return read(Tree(read_yaml(text)), AROUND)


def rules_of(text: str) -> DataRules:
    """What a text without errors says."""
    rules, problems = read_text(text)
    assert problems == []
    assert rules is not None
    return rules


def lines(text: str) -> list[int]:
    """The lines of all that is wrong."""
    return [one.line for one in read_text(text)[1]]


def a_rule(when: str, then: str = "block", more: str = "", id_: str = "r") -> str:
    """A rule in one line of YAML."""
    return (
        f"  - {{id: {id_}, title: A rule, channels: [upload, download, web, mail, share, link], when: [{when}], "
        f"then: {then}{', ' + more if more else ''}}}\n"
    )
