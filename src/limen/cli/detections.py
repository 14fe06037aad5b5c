"""`limen detections`: list the rules in force, and look at a folder of Sigma rules before it is brought in."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, refuse_other_task
from limen.cli.output import counted, print_rows
from limen.company.company import Company
from limen.errors import LimenError
from limen.monitor.detections.chosen import Chosen
from limen.monitor.detections.company_rules import FOLDER as COMPANY_FOLDER, CompanyRules
from limen.monitor.detections.costs import slow_rules
from limen.monitor.detections.in_force import read_folder, rules_in_force
from limen.monitor.detections.own_rules import shown_rules
from limen.monitor.detections.rule import Correlation, Rule
from limen.monitor.detections.rule_set import RuleSet, put_together
from limen.monitor.monitor_file import FILE
from limen.monitor.monitor_rules import MonitorRules

TASKS: Final = ("list", "check")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list or check")],
    folder: LastFolder = Path(),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: with list, one object per line")] = False,
) -> None:
    refuse_other_task("detections", task, TASKS)
    if task == "check":
        _check(folder, as_json=as_json)
    else:
        with opened(folder, may_make=True) as here:
            company = here.in_force_or_none()
        _list(_in_force(folder, company), as_json=as_json)


def _in_force(root: Path, company: Company | None) -> RuleSet:
    """What finds something in the company in force."""
    parts = company.parts if company is not None else {}
    own: CompanyRules = parts.get(COMPANY_FOLDER) or CompanyRules()
    said = (parts.get(FILE) or MonitorRules(watch=False)).detections
    folders = tuple(str((root / path).resolve()) for path in said.folders)
    return rules_in_force(Chosen(texts=own.texts, folders=folders, off=said.off))


def _list(rules: RuleSet, *, as_json: bool) -> None:
    def plain(one: Rule | Correlation) -> dict[str, object]:
        about = one.about
        tactics = [tag for tag in about.tags if tag.startswith("attack.")]
        return {"id": about.id, "title": about.title, "level": about.level, "file": about.file, "tags": tactics}

    def text(one: Rule | Correlation) -> str:
        return f"{one.about.level:<13}  {one.about.title}  ({one.about.file})"

    print_rows(shown_rules(rules), text, plain, "no rules", as_json=as_json)


def _check(folder: Path, *, as_json: bool) -> None:
    """Each rule of the folder that is refused, which ends with 1, and each that would cost more than its budget."""
    if not folder.is_dir():
        raise LimenError(
            f"{folder} is not a folder", "give one with Sigma rules, such as a checkout of SigmaHQ's rules"
        )
    rules = put_together(read_folder(folder))
    slow = slow_rules(rules.rules)
    if as_json:
        refused = [{"file": one.file, "line": one.line, "what": one.what, "fix": one.fix} for one in rules.problems]
        named = [
            {"id": rule.id, "title": rule.about.title, "file": rule.about.file, "microseconds": cost}
            for rule, cost in slow
        ]
        print(json.dumps({"rules": len(rules.everything), "refused": refused, "slow": named}))
    else:
        for problem in rules.problems:
            print(f"refused  {problem}")
        for rule, cost in slow:
            where = f"{rule.about.file}:{rule.about.line}"
            print(
                f"slow     {where}: {rule.about.title}: up to {cost} µs of an event, budget {rule.about.budget_us} µs"
            )
        said = f"{counted(len(rules.everything), 'rule')} can be used, {len(rules.problems)} refused, {len(slow)} slow."
        print(said)
    sys.exit(1 if rules.problems else 0)
