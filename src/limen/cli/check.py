"""`limen check`: every problem of every file, and the policy tests."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from limen.company.load import Checked


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The company folder")] = Path(),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON instead of text")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print what policies can speak of, and do nothing else")
    ] = False,
) -> None:
    from limen.company.child import schema_text
    from limen.company.load import check_folder

    if schema:
        print(schema_text(), end="")
        return
    checked = check_folder(folder)
    print(json.dumps(_plain(checked)) if as_json else _text(checked))
    sys.exit(0 if checked.is_sound else 1)


def _plain(checked: Checked) -> dict[str, object]:
    return {
        "sound": checked.is_sound,
        "revision": checked.company.revision if checked.company else "",
        "tests": checked.tests_run,
        "left_out": list(checked.left_out),
        "problems": [asdict(problem) for problem in checked.problems],
        "exempt": [{"policy": policy, "where": where, "why": why} for policy, where, why in _exempt(checked)],
    }


def _text(checked: Checked) -> str:
    lines = [str(problem) for problem in checked.problems]
    exempt = [f"{where}: {policy} lets what is not known pass: {why}" for policy, where, why in _exempt(checked)]
    company = checked.company
    if company is None:
        lines.append(f"{_count(len(lines), 'problem')}; {'; '.join(checked.left_out)}")
    elif lines:
        lines.append(f"{_count(len(lines), 'policy test')} of {checked.tests_run} failed")
    else:
        policies, apps = len(company.policies.sources), len(company.apps)
        lines.append(
            f"{company.settings.name}: {_count(apps, 'app')}, {_count(policies, 'policy', 'policies')}, "
            f"{_count(checked.tests_run, 'policy test')} passed. Revision {company.revision[:12]}."
        )
    return "\n".join(exempt + lines)


def _exempt(checked: Checked) -> list[tuple[str, str, str]]:
    """Policies with `@allow_unknown`: their names, where they stand, and why."""
    if checked.company is None:
        return []
    policies = checked.company.policies
    places = {name: f"{source.file}:{source.line}" for name, source in policies.sources.items()}
    return [(name, places.get(name, ""), why) for name, why in policies.exemptions.items()]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
