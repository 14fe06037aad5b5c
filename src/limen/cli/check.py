"""`limen check`: every problem of every file, the policy tests, and whether an administrator could still get in."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import has_database, opened
from limen.cli.options import Folder, Json
from limen.cli.output import counted, progress
from limen.clock import SystemClock
from limen.company import trusted_fronts
from limen.company.child import schema_text
from limen.company.company import Company
from limen.company.gate import FIRST_ADMINISTRATOR, lockout_ahead, lockout_problems, people_of
from limen.company.load import Checked, check_folder
from limen.company.onboarding import too_long, written_until
from limen.company.plain_text import in_the_clear
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.pillars import single_files
from limen.policy.annotations import State
from limen.policy.proof.lockout import Candidate


def run(
    folder: Folder = Path(),
    *,
    as_json: Json = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also list exemptions of report-only policies")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the schema that policies are checked against, and exit")
    ] = False,
) -> None:
    if schema:
        print(schema_text(), end="")
        return
    if not folder.is_dir():
        raise LimenError(f"there is no folder {folder}", "give the company folder; `limen init` creates one")
    checked = check_folder(folder)
    barring = _barring(folder, checked.company) if checked.company else ()
    print(json.dumps(_plain(checked, barring)) if as_json else _text(checked, barring, verbose=verbose))
    sys.exit(0 if checked.is_sound and not barring else 1)


def _barring(folder: Path, company: Company) -> tuple[Problem, ...]:
    """What would keep every administrator out: those in the database, or, before there is one, the first to come."""
    people: tuple[Candidate, ...] = (FIRST_ADMINISTRATOR,)
    if has_database(folder, company.settings):
        with opened(folder, company.settings) as here:
            people = here.database.read(people_of)
    now = SystemClock().now()
    with progress("Checking the next seven days") as told:
        found = lockout_ahead(company, people, now, told)
    return (*too_long(company, now), *in_the_clear(company), *lockout_problems(company, found))


def _plain(checked: Checked, barring: tuple[Problem, ...]) -> dict[str, object]:
    return {
        "sound": checked.is_sound and not barring,
        "revision": checked.company.revision if checked.company else "",
        "tests": checked.tests_run,
        "left_out": list(checked.left_out),
        "problems": [asdict(problem) for problem in (*checked.problems, *barring)],
        "warnings": [{"file": file, "what": what, "fix": fix} for file, what, fix in _warnings(checked)],
        "exempt": [{"policy": policy, "where": where, "why": why} for policy, where, why in _exempt(checked)],
    }


def _text(checked: Checked, barring: tuple[Problem, ...], *, verbose: bool) -> str:
    lines = [str(problem) for problem in checked.problems]
    watching = frozenset() if verbose else _watching(checked)
    exempt = [
        f"Note: {where}: {policy} accepts unknown facts, by its own words: {why}"
        for policy, where, why in _exempt(checked)
        if policy not in watching
    ]
    exempt += _onboarding(checked)
    exempt += [f"{file}: {what}: {fix}" for file, what, fix in _warnings(checked)]
    exempt += trusted_fronts.told(checked.company.settings) if checked.company else ()
    company = checked.company
    if company is None:
        lines.append(f"{counted(len(lines), 'problem')}; {'; '.join(checked.left_out)}")
    elif lines or barring:
        wrong = [f"{counted(len(lines), 'policy test')} of {checked.tests_run} failed"] if lines else []
        shut = [problem for problem in barring if problem.what.startswith("every administrator")]
        wrong += ["every administrator would be locked out"] if shut else []
        clear = in_the_clear(company)
        wrong += ["a confidential app is not encrypted"] if clear else []
        wrong += ["an onboarding period is too long"] if len(shut) + len(clear) < len(barring) else []
        lines += [str(problem) for problem in barring]
        lines.append(", and ".join(wrong))
    else:
        policies, apps = len(company.policies.sources), len(company.apps)
        lines.append(
            f"{company.settings.name}: {counted(apps, 'app')}, {counted(policies, 'policy', 'policies')}, "
            f"{counted(checked.tests_run, 'policy test')} passed. Revision {company.revision[:12]}."
        )
    return "\n".join(exempt + lines)


def _warnings(checked: Checked) -> list[tuple[str, str, str]]:
    """What is sound and perhaps not meant, or due today: in which file, what, and what to do."""
    company = checked.company
    if company is None:
        return []
    today = datetime.fromtimestamp(SystemClock().now() / 1000, company.settings.zone).date()
    return [
        (file.name, what, fix)
        for file in single_files()
        if file.notes is not None and file.name in company.parts
        for what, fix in file.notes(company.parts[file.name], today)
    ]


def _onboarding(checked: Checked) -> list[str]:
    """Apps in onboarding, where no fact of whoever is signed in counts, and those whose onboarding is over."""
    company, now = checked.company, SystemClock().now()
    said = []
    for app in company.apps if company else ():
        until = written_until(app.onboarding_until, company.settings.zone) if company and app.onboarding_until else ""
        if app.is_onboarding(now):
            said.append(f"apps.yaml: {app.id} is in onboarding until {until}: everyone who is signed in gets in")
        elif until:
            said.append(f"apps.yaml: the onboarding of {app.id} ended at {until} and its policies apply; remove it")
    return said


def _exempt(checked: Checked) -> list[tuple[str, str, str]]:
    """Policies with `@allow_unknown`: their names, where they stand, and why."""
    if checked.company is None:
        return []
    policies = checked.company.policies
    places = {name: f"{source.file}:{source.line}" for name, source in policies.sources.items()}
    return [(name, places.get(name, ""), why) for name, why in policies.exemptions.items()]


def _watching(checked: Checked) -> frozenset[str]:
    """Policies in state report-only, whose exemptions change nothing."""
    if checked.company is None:
        return frozenset()
    return frozenset(name for name, state in checked.company.engine().states.items() if state is State.REPORT_ONLY)
