"""Reads a whole folder: every file and every problem, and a `Company` only if there is no problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from limen.collector import held_off
from limen.company.apps_file import app_ids, read_apps
from limen.company.child import parse_texts
from limen.company.company import Company
from limen.company.folder import APPS, SETTINGS, TESTS, Folder, read_folder
from limen.company.network_section import name_problems, network_of
from limen.company.policies_file import read_policies
from limen.company.revision import revision_of
from limen.company.settings_file import group_names, read_settings
from limen.company.tests_file import read_tests
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.errors import LimenError
from limen.facts import App
from limen.network.model import FILE as NETWORK
from limen.pillar import Around
from limen.pillars import folders_of_files, single_files
from limen.policy.expectations import Expectation, Unmet, unmet
from limen.settings import Settings

LONGEST_WHAT: Final = 400
"""The longest complaint of a test, in characters: thousands of policies may have spoken."""


class FolderError(LimenError):
    """A company folder that can't be taken: `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the company where its files are right, and every problem, failing tests included.

    `left_out` says which checks could not be made, and why.
    """

    company: Company | None
    problems: tuple[Problem, ...]
    tests_run: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        return self.company is not None and not self.problems


def check_folder(root: Path) -> Checked:
    """Read every file, and run the policy tests where all files are right. It raises nothing."""
    read = _read(read_folder(root))
    if read.company is None:
        return Checked(None, read.problems, left_out=read.left_out)
    return Checked(read.company, failing_tests(read.company), len(read.company.tests))


def load_company(root: Path) -> Company:
    """The company in `root`, its tests not yet run. Raises `FolderError` with every problem of every file."""
    return company_in(read_folder(root))


def company_in(folder: Folder) -> Company:
    """The company that these texts describe, its tests not yet run. Raises `FolderError` as `load_company` does."""
    read = _read(folder)
    if read.company is None:
        raise FolderError(read.problems)
    return read.company


def load_settings(root: Path) -> Settings:
    """What `limen.toml` in `root` says, the other files unread. Raises `FolderError`."""
    folder = read_folder(root)
    text = folder.texts.get(SETTINGS)
    problems = [one for one in folder.problems if one.file == SETTINGS or text is None]
    if text is not None:
        files, found = parse_texts({SETTINGS: text})
        problems += found
        if tree := _tree(files, SETTINGS):
            settings, more = read_settings(tree)
            problems += more
            if settings is not None and not problems:
                return settings
    raise FolderError(tuple(problems))


def failing_tests(company: Company) -> tuple[Problem, ...]:
    """The policy tests that fail; for a test of several apps or actions, which of them.

    They are run once: what passed in a plan passes in the publication of the same company.
    """
    if "failing" not in company.memo:
        company.memo["failing"] = _run_tests(company)
    failing: tuple[Problem, ...] = company.memo["failing"]
    return failing


def _run_tests(company: Company) -> tuple[Problem, ...]:
    fix = "correct the policy, or the test; `limen why` shows each condition"
    asked = Counter(one.line for one in company.tests)
    # Tests describe the policies once onboarding is over.
    apps = {name: replace(app, onboarding_until=0) for name, app in company.all_apps.items()}

    def what(one: Unmet) -> str:
        wanted = one.expectation
        which = f"{wanted.action} on {wanted.app}: " if asked[wanted.line] > 1 else ""
        said = which + one.what
        return said if len(said) <= LONGEST_WHAT else said[: LONGEST_WHAT - 1] + "…"

    return tuple(
        Problem(TESTS, one.expectation.line, 1, what(one), fix)
        for one in unmet(company.engine(), company.tests, apps, company.networks)
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """A folder's files: the company, or why it is none, and what that kept from being checked."""

    company: Company | None
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()


@held_off()
def _read(folder: Folder) -> _Read:
    files, found = parse_texts(folder.texts) if folder.texts else ({}, [])
    problems: list[Problem] = [*folder.problems, *found]
    settings, groups = None, None
    if tree := _tree(files, SETTINGS):
        settings, more = read_settings(tree)
        problems += more
        groups = set(group_names(tree)) or (None if more else set[str]())
    apps: tuple[App, ...] = ()
    app_names = None
    if tree := _tree(files, APPS):
        apps, more = read_apps(tree, settings, groups)
        problems += more
        app_names = app_ids(tree) or (None if more else set[str]())
    parsed = {name: files[name]["policies"] for name in folder.policy_names if name in files}
    policies, more = read_policies(parsed, groups, app_names)
    problems += more
    tests: tuple[Expectation, ...] = ()
    if tree := _tree(files, TESTS):
        are_all_read = not any(one.file.endswith(".cedar") for one in problems)
        tests, more = read_tests(tree, groups, app_names, set(policies.sources) if are_all_read else None)
        problems += more
    parts: dict[str, Any] = {}
    around = Around(settings, _frozen(groups), _frozen(app_names))
    for file in single_files():
        if tree := _tree(files, file.name):
            parts[file.name], more = file.read(tree, around)
            problems += more
    for many in folders_of_files():
        right = {name: text for name, text in folder.texts.items() if files.get(name, {}).get("is_right")}
        if texts := {name: text for name, text in right.items() if many.has(name)}:
            parts[many.name], more = many.read(texts, around)
            problems += more
    if (tree := _tree(files, APPS)) and (NETWORK not in files or parts.get(NETWORK)):
        problems += name_problems(apps, network_of(parts.get(NETWORK)), tree, APPS)
    if problems or settings is None:
        problems = sorted(set(problems))
        return _Read(None, tuple(problems), tuple(_left_out(problems, groups, app_names)))
    company = Company(settings, apps, policies, tests, files=dict(folder.texts), parts=parts)
    return _Read(replace(company, revision=revision_of(company)))


def _frozen(names: set[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _left_out(problems: list[Problem], groups: set[str] | None, apps: set[str] | None) -> Iterator[str]:
    if groups is None:
        yield f"group names were not checked, because {SETTINGS} couldn't be read"
    if apps is None:
        yield f"app names were not checked, because {APPS} couldn't be read"
    files = list(dict.fromkeys(one.file for one in problems))
    wrong = ", ".join(files[:3]) + (" and others" if len(files) > 3 else "")
    yield f"policy tests were not run, because {wrong} must be corrected first"


def _tree(files: dict[str, dict[str, Any]], name: str) -> Tree | None:
    written = files.get(name, {}).get("tree")
    return None if written is None else Tree(written)
