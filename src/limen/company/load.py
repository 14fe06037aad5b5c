"""A folder read whole: every file, every problem, and a `Company` only where there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from limen.company.apps_file import read_apps
from limen.company.child import parse_texts
from limen.company.company import Company
from limen.company.folder import APPS, SETTINGS, TESTS, read_folder
from limen.company.policies_file import read_policies
from limen.company.problem import Problem
from limen.company.revision import revision_of
from limen.company.settings_file import read_settings
from limen.company.tests_file import read_tests
from limen.company.tree import Tree
from limen.errors import LimenError
from limen.facts import App
from limen.policy.expectations import Expectation, unmet
from limen.settings import Settings


class FolderError(LimenError):
    """A company folder that can't be taken: `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the company where its files are right, and every problem, failing tests included."""

    company: Company | None
    problems: tuple[Problem, ...]
    tests_run: int = 0

    @property
    def is_sound(self) -> bool:
        return self.company is not None and not self.problems


def check_folder(root: Path) -> Checked:
    """Read every file, and run the policy tests where all files are right. It raises nothing."""
    company, problems = _read(root)
    if company is None:
        return Checked(None, problems)
    return Checked(company, failing_tests(company), len(company.tests))


def load_company(root: Path) -> Company:
    """The company in `root`, its tests not yet run. Raises `FolderError` with every problem of every file."""
    company, problems = _read(root)
    if company is None:
        raise FolderError(problems)
    return company


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
    """The policy tests that the policies do not meet."""
    fix = "mend the policy, or the test; `limen why` shows each condition"
    return tuple(
        Problem(TESTS, one.expectation.line, 1, one.what, fix)
        for one in unmet(company.engine(), company.tests, company.all_apps, company.networks)
    )


def _read(root: Path) -> tuple[Company | None, tuple[Problem, ...]]:
    folder = read_folder(root)
    files, found = parse_texts(folder.texts) if folder.texts else ({}, [])
    problems: list[Problem] = [*folder.problems, *found]
    settings, more = None, list[Problem]()
    if tree := _tree(files, SETTINGS):
        settings, more = read_settings(tree)
        problems += more
    apps: tuple[App, ...] = ()
    if tree := _tree(files, APPS):
        apps, more = read_apps(tree, settings)
        problems += more
    group_ids = None if settings is None else set(settings.groups)
    app_ids = {app.id for app in apps} if apps and not any(one.file == APPS for one in problems) else None
    parsed = {name: files[name]["policies"] for name in folder.policy_names if name in files}
    policies, more = read_policies(parsed, group_ids, app_ids)
    problems += more
    tests: tuple[Expectation, ...] = ()
    if tree := _tree(files, TESTS):
        are_all_read = not any(one.file.endswith(".cedar") for one in problems)
        tests, more = read_tests(tree, group_ids, app_ids, set(policies.sources) if are_all_read else None)
        problems += more
    if problems or settings is None:
        return None, tuple(sorted(set(problems)))
    company = Company(settings, apps, policies, tests)
    return replace(company, revision=revision_of(company)), ()


def _tree(files: dict[str, dict[str, Any]], name: str) -> Tree | None:
    written = files.get(name, {}).get("tree")
    return None if written is None else Tree(written)
