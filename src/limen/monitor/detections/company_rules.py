"""`detections/*.yml`: the company's own rules, in force beside those that come with Limen, each with its examples.

Every command reads this file, so what reads and compiles rules is imported where it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from limen.configuration.problem import Problem, shown
from limen.facts import FactStore
from limen.pillar import Around, FolderFiles, Foreseen, Past

FOLDER: Final = "detections"


class CompanyRules(msgspec.Struct, frozen=True):
    """What the files say, as plain data: comments and layout do not count."""

    files: dict[str, tuple[dict[str, Any], ...]] = {}

    @property
    def texts(self) -> dict[str, str]:
        """The files as YAML, by their names."""
        return {name: "\n---\n".join(map(json.dumps, rules)) for name, rules in self.files.items()}

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """Each rule as it is written, by its id."""
        return {str(rule.get("id")): rule for rules in self.files.values() for rule in rules}


def read(texts: Mapping[str, str], _around: Around) -> tuple[CompanyRules | None, list[Problem]]:
    """The rules, and all that is wrong with them: examples that do not come out as they say, too."""
    from limen.monitor.detections.documents import read_documents  # noqa: PLC0415 -- see above
    from limen.monitor.detections.examples import wrong_examples_of  # noqa: PLC0415
    from limen.monitor.detections.in_force import beside_own  # noqa: PLC0415

    rule_set = beside_own(texts)
    problems = [problem for problem in rule_set.problems if problem.file in texts]
    for rule in rule_set.everything:
        if rule.about.file in texts:
            problems += wrong_examples_of(rule, rule_set)
    if problems:
        return None, problems
    return CompanyRules({name: tuple(map(_plain, read_documents(text))) for name, text in texts.items()}), []


def _plain(document: Any) -> dict[str, Any]:
    """As JSON has it; dates are the texts they were."""
    plain: dict[str, Any] = json.loads(json.dumps(document.value, default=str))
    return plain


def changes(before: CompanyRules | None, after: CompanyRules | None) -> Iterator[str]:
    """One line for each rule that is other than before."""
    was, now = (before or CompanyRules()).rules, (after or CompanyRules()).rules
    for rule_id in sorted({*was, *now}):
        old, new = was.get(rule_id), now.get(rule_id)
        if old == new:
            continue
        title = shown((new or old or {}).get("title", rule_id))
        yield f"Detection {title} is {'new' if old is None else 'removed' if new is None else 'changed'}"


def in_force(known: FactStore, rules: CompanyRules | None) -> None:
    known.set_rules(CompanyRules, rules or CompanyRules())


def would_have(before: CompanyRules | None, after: CompanyRules | None, past: Past) -> Iterator[Foreseen]:
    """What each rule that is new or changed would have found, and the newest of it."""
    from limen.monitor.detections.in_force import beside_own  # noqa: PLC0415 -- see above
    from limen.monitor.detections.replay import foreseen, past_events, replay  # noqa: PLC0415

    was, now = (before or CompanyRules()).rules, (after or CompanyRules()).rules
    changed = {rule_id for rule_id, rule in now.items() if was.get(rule_id) != rule}
    if changed and after is not None:
        found = replay(beside_own(after.texts), changed, past_events(past), past.seconds, past.go_on)
        yield from foreseen(found)


DETECTIONS: Final = FolderFiles(
    name=FOLDER,
    kind=CompanyRules,
    parser="limen.monitor.detections.rule_file:problems_of",
    read=read,
    changes=changes,
    in_force=in_force,
    would_have=would_have,
    touches=lambda _before, _after, _people: (),  # a rule gives nobody access
)
