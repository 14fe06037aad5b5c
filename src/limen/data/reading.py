"""Reads `data.yaml`: labels, what is looked for, sharing rules and their tests. All that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from limen.configuration.problem import Problem, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.data.complaints import (
    Names,
    can_t_be_met,
    condition_complaints,
    dictionary_complaints,
    exact_complaints,
    expected_complaints,
    id_complaints,
    label_complaints,
    own_complaints,
    rule_complaints,
    sought_complaints,
)
from limen.data.data_file import FILE
from limen.data.inventory import stores_section
from limen.data.rules.expectations import unmet
from limen.data.rules.model import Step
from limen.data.rules.stated import DataRules
from limen.data.shapes import (
    ConditionShape,
    DictionaryShape,
    ExactShape,
    ExpectShape,
    FileShape,
    FingerprintShape,
    LabelShape,
    OwnShape,
    RuleShape,
    Shape,
)
from limen.data.stating import Shapes, stated
from limen.messages import lists
from limen.pillar import Around

_STAND_INS: Final[Mapping[str, Any]] = {
    "id": "x",
    "name": "x",
    "title": "x",
    "test": "x",
    "expression": "xxx",
    "words": ["xxx"],
    "fields": ["x"],
    "channels": ["upload"],
    "when": [{"label": "restricted"}],
    "then": "watch",
    "expect": "allow",
}
"""What is taken for something that is missing or can't be read, so that the rest is looked at all the same."""

S = TypeVar("S", bound=Shape)
At = tuple[str | int, ...]


def read(tree: Tree, around: Around) -> tuple[DataRules | None, list[Problem]]:
    """The rules, and all that is wrong with them, each with its line; where all else is right, the tests that fail."""
    body = tree.plain() or {}
    if not isinstance(body, dict):
        return None, [Problem(FILE, *tree.at(), "this must be a mapping of sections", "begin it with `rules:`")]
    file, problems = shaped_in_part(FileShape, body, tree, FILE, (), {})
    if file is None:
        return None, problems
    shapes, wrong = _shapes(file, tree)
    problems += wrong
    names = Names.of(file)
    found = [
        *sought_complaints(file.detectors),
        *own_complaints(shapes.own),
        *dictionary_complaints(shapes.dictionaries),
        *exact_complaints(shapes.exact),
        *label_complaints(shapes.labels, around),
        *rule_complaints(shapes.rules, around),
        *expected_complaints(shapes.expect, shapes.rules, around),
        *(one for at, shape in shapes.conditions.items() for one in condition_complaints(at, shape, names)),
    ]
    problems += [Problem(FILE, *tree.key_at(*at), what, fix) for at, what, fix in id_complaints(file, names)]
    stores, wrong = stores_section.read(file.stores, tree, FILE, around.apps, around.groups)
    problems += wrong
    problems += [Problem(FILE, *tree.at(*at), what, fix) for at, what, fix in found]
    if problems:
        return None, problems
    lines = {number: tree.at("expect", number)[0] for number in shapes.expect}
    rules = stated(file, shapes, lines, tuple(stores.values()))
    found = [*can_t_be_met(shapes, rules)]
    problems = [Problem(FILE, *tree.at(*at), what, fix) for at, what, fix in found] or _failing(rules)
    return (None if problems else rules), problems


def _failing(rules: DataRules) -> list[Problem]:
    fix = "correct the rule, or the test"
    return [
        Problem(
            FILE,
            one.line,
            1,
            f"“{one.title}”: expected: {_done(one.then, (one.rule,))}; now: {_done(judged.step, judged.rules)}",
            fix,
        )
        for one, judged in unmet(rules)
    ]


def _done(step: Step, rules: tuple[str, ...]) -> str:
    by = lists.joined(filter(None, rules))
    return step.name.lower() + (f" by {by}" if by else "")


def _shapes(file: FileShape, tree: Tree) -> tuple[Shapes, list[Problem]]:
    problems: list[Problem] = []

    def one(model: type[S], body: Any, at: At) -> S | None:
        if not isinstance(body, dict):
            what, fix = (
                f"this must be a mapping, not {shown(body)}",
                f"see {FILE} of a new folder for how it is written",
            )
            problems.append(Problem(FILE, *tree.at(*at), what, fix))
            return None
        shape, wrong = shaped_in_part(model, body, tree, FILE, at, _STAND_INS)
        problems.extend(wrong)
        return shape

    def each(model: type[S], section: str, bodies: Iterable[tuple[Any, Any]]) -> dict[Any, S]:
        read = ((key, one(model, body, (section, key))) for key, body in bodies)
        return {key: shape for key, shape in read if shape is not None}

    labels = each(LabelShape, "labels", file.labels.items())
    rules = each(RuleShape, "rules", enumerate(file.rules))
    conditions: dict[At, ConditionShape] = {}
    whens: list[tuple[At, list[Any]]] = [(("labels", key, "when"), it.when) for key, it in labels.items()]
    whens += [(("rules", number, "when"), it.when) for number, it in rules.items()]
    for above, bodies in whens:
        for number, body in enumerate(bodies):
            condition = one(ConditionShape, body, (*above, number))
            if condition is not None:
                conditions[*above, number] = condition
    shapes = Shapes(
        labels=labels,
        own=each(OwnShape, "own", file.own.items()),
        dictionaries=each(DictionaryShape, "dictionaries", file.dictionaries.items()),
        exact=each(ExactShape, "exact", file.exact.items()),
        fingerprints=each(FingerprintShape, "fingerprints", file.fingerprints.items()),
        rules=rules,
        conditions=conditions,
        expect=each(ExpectShape, "expect", enumerate(file.expect)),
    )
    return shapes, problems
