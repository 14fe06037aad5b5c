"""One policy as text: its page, and what is wrong with what is written, by file and line and by line of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from limen.cedar import Policy
from limen.company.candidate import candidate, find_policy, replaced
from limen.company.company import Company
from limen.company.load import FolderError
from limen.company.rules import UNWRITTEN, form_of
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.web.console.changes import Changes
from limen.web.visit import SignedInVisit

MOST_TEXT: Final = 16_000
"""How many characters the text of one policy may have here; a form of ours takes a few more."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem with its place in its file; `line` is that in the text shown (0: it is not in this text)."""

    problem: Problem
    line: int = 0


def problems_of(company: Company, policy_id: str, text: str) -> tuple[Wrong, ...]:
    """What is wrong with the company once this policy says `text`.

    Raises nothing: text that can't be read at all is a problem like the others.
    """
    if not text:
        empty = Problem("", 1, 1, "the text is empty", "to delete the policy, use “Remove this rule” below")
        return (Wrong(empty, 1),)
    if len(text) > MOST_TEXT:
        long = f"the text is longer than {MOST_TEXT:,} characters"
        return (Wrong(Problem("", 1, 1, long, "split it, or change the file in the company folder"), 1),)
    file, piece = find_policy(company, policy_id)
    try:
        candidate(company, replaced(company, policy_id, text))
    except FolderError as error:
        begins = company.files[file].count("\n", 0, piece.offset)
        return tuple(_placed(problem, file, begins, text) for problem in error.problems)
    except LimenError as error:
        return (Wrong(Problem("", 1, 1, error.what, error.fix), 1),)
    return ()


def plain(wrong: Wrong) -> dict[str, Any]:
    """A problem as the page and its script show it: `policies/30-devices.cedar:12 (line 3 here)`."""
    problem = wrong.problem
    here = f"line {wrong.line} here" if wrong.line else ""
    where = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file
    if where and here:
        where = f"{where} ({here})"
    return {"where": where or here, "line": wrong.line, "what": problem.what, "fix": problem.fix}


def text_page(
    changes: Changes,
    visit: SignedInVisit,
    policy: Policy,
    text: str,
    problems: Sequence[Wrong] = (),
    *,
    base: str,
    problem: LimenError | None = None,
    is_checked: bool = False,
) -> Response:
    """The page; with a `problem` of the whole, what is in force now stands beside what was typed."""
    company = changes.company
    source = company.policies.sources.get(policy.id, UNWRITTEN)
    return changes.site.page(
        "console/rule_text.html",
        visit,
        status=400 if problems and not problem else 0,
        base=base,
        problem=problem,
        in_force=source.text,
        policy=policy,
        title=policy.annotations.get("title", policy.id),
        source=source,
        text=text,
        problems=[plain(wrong) for wrong in problems],
        wrong_lines={wrong.line for wrong in problems},
        is_checked=is_checked,
        is_form=policy.id in company.policies.sources and form_of(company, policy.id) is not None,
        lines=max(8, text.count("\n") + 3),
        most=MOST_TEXT,
    )


def _placed(problem: Problem, file: str, begins: int, text: str) -> Wrong:
    """The line in the text shown, if the problem lies in it."""
    line = problem.line - begins
    is_here = problem.file == file and problem.line > 0 and 0 < line <= text.count("\n") + 1
    return Wrong(problem, line if is_here else 0)
