"""Policy tests that a change contradicts, updated together: each says what is answered now, and that it was otherwise.

    found = updated_tests(company)
    found.updated    the tests with their text before and after, each to be shown
    found.text       policies/tests.yaml with all of them

A test expects what its author wanted. Whoever tightens a rule wants something else from now on; fifteen tests then say
the same thing fifteen times. Nothing is updated unseen: the titles say what was expected before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.expectation_text import block_at, with_answer, with_block, with_choice, with_title
from limen.company.folder import TESTS
from limen.company.load import failing_tests
from limen.errors import LimenError
from limen.policy.expectations import Expectation, decide

_BY_HAND: Final = "change it in policies/tests.yaml"


@dataclass(frozen=True, slots=True)
class Updated:
    """One test, as it was and as it would be; `after` "": it is taken out."""

    line: int
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class UpdatedTests:
    """The tests that change, the whole text with them, and the company that it makes, all of whose tests pass."""

    updated: tuple[Updated, ...]
    text: str
    company: Company


def updated_tests(company: Company, chosen: Collection[int] | None = None) -> UpdatedTests:
    """Every failing test, or those that begin on the `chosen` lines, updated.

    Raises `LimenError` where one is written in a way that can't be changed so.
    """
    text = company.files.get(TESTS, "")
    by_line: dict[int, list[Expectation]] = {}
    for one in company.tests:
        by_line.setdefault(one.line, []).append(one)
    updated = []
    failing = {problem.line for problem in failing_tests(company)}
    wanted = failing if chosen is None else failing.intersection(chosen)
    for line in sorted(wanted, reverse=True):  # from the end, so that the lines before stay where they are
        before = block_at(text, line)
        after = _updated(company, before, by_line.get(line, []))
        if after is None:
            raise LimenError(
                f"the test in {TESTS}, line {line}, is written in a way that can't be updated automatically", _BY_HAND
            )
        text = with_block(text, line, after)
        updated.append(Updated(line, by_line[line][0].title, before, after))
    if not updated:
        return UpdatedTests((), text, company)
    done = candidate(company, {TESTS: text})
    if wanted == failing and (problems := failing_tests(done)):
        raise LimenError(f"not every test can be updated automatically: {problems[0].what}", _BY_HAND)
    return UpdatedTests(tuple(updated[::-1]), text, done)


def _updated(company: Company, block: str, asked: list[Expectation]) -> str | None:
    """The test's text, as several tests where what it asks is answered differently now."""
    if not block or not asked:
        return None
    answers: dict[tuple[str, str], list[Expectation]] = {}
    for one in asked:
        answers.setdefault(_answer(company, one), []).append(one)
    if len(answers) == 1:
        return _with(block, next(iter(answers)), asked[0])
    parts = []
    for answer, some in answers.items():
        for apps, actions in _rectangles(some):
            part: str | None = block
            if len({one.app for one in asked}) > 1 and part is not None:
                part = with_choice(part, "app", apps)
            if len({one.action for one in asked}) > 1 and part is not None:
                part = with_choice(part, "action", actions)
            part = None if part is None else _with(part, answer, asked[0])
            if part is None:
                return None
            parts.append(part)
    return "\n\n".join(parts)


def _with(block: str, answer: tuple[str, str], wanted: Expectation) -> str | None:
    effect, because = answer
    changed = with_answer(block, effect, because) if wanted.because else with_answer(block, effect)
    if changed is None or effect == wanted.effect.value:
        return changed
    return with_title(changed, f"(was {wanted.effect.value} before)")


def _answer(company: Company, one: Expectation) -> tuple[str, str]:
    """What is answered now, and the reason: the expected one where it is still among them."""
    engine = company.engine().enforcing(one.enforcing)
    app = replace(company.all_apps[one.app], onboarding_until=0)
    decided = decide(engine, one, app, company.networks)
    reasons = [reason.policy for reason in decided.reasons]
    because = one.because if one.because in reasons else reasons[0] if reasons else ""
    return decided.effect.value, because if one.because else ""


def _rectangles(some: Iterable[Expectation]) -> Iterator[tuple[list[str], list[str]]]:
    """Apps and actions that are asked together: a test asks each of its apps for each of its actions."""
    by_action: dict[str, list[str]] = {}
    for one in some:
        by_action.setdefault(one.action, []).append(one.app)
    by_apps: dict[tuple[str, ...], list[str]] = {}
    for action, apps in by_action.items():
        by_apps.setdefault(tuple(apps), []).append(action)
    for several, actions in by_apps.items():
        yield list(several), actions
