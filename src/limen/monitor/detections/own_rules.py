"""The rules that come with Limen: Sigma, one rule or one correlation with what it counts per file, by product."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from limen.monitor.detections.hit import Level
from limen.monitor.detections.rule import Correlation, Rule
from limen.monitor.detections.rule_set import RuleSet, compile_rules

FOLDER: Final = "rules"
QUIET: Final = frozenset({Level.INFORMATIONAL, Level.LOW})
"""What rules of these levels find counts towards a risk, and raises no alert by itself."""


@cache
def own_texts() -> Mapping[str, str]:
    """Each file's text, by its folder and name: `windows/event-log-cleared.yml`."""
    folders = sorted(files(__package__).joinpath(FOLDER).iterdir(), key=lambda one: one.name)
    return {
        f"{folder.name}/{file.name}": file.read_text("utf-8")
        for folder in folders
        if folder.is_dir()
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".yml")
    }


@cache
def own_rules() -> RuleSet:
    """All of them, compiled."""
    return compile_rules(own_texts())


def shown_rules(rules: RuleSet) -> list[Rule | Correlation]:
    """Those whose findings are said: all but what only a correlation counts."""
    counted = {name for one in rules.correlations if not one.is_shown for name in one.rules}
    every: list[Rule | Correlation] = [*rules.rules, *rules.correlations]
    return [one for one in every if one.id not in counted]
