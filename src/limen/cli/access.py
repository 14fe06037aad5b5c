"""`limen access`: all that somebody has access to, or everybody who has access to something: why, and until when."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.access.effective.report import SAID, Names, as_csv, plain
from limen.access.effective.rows import Answer, Row
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, refuse_unknown, word_and_folder
from limen.clock import DAY, Instant, SystemClock
from limen.company.company import Company
from limen.company.effective_now import EffectiveNow, effective_now, grants_now, sealed_labels
from limen.company.gate import people_of
from limen.configuration.problem import did_you_mean, shown
from limen.errors import LimenError
from limen.facts import App, Person
from limen.messages import times
from limen.printable import visible
from limen.storage.journal.usage import usage

TASKS: Final = ("of", "to", "all")
WINDOW: Final = 90 * DAY


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was found for the people and apps that were asked about."""

    rows: list[Row]
    names: Names
    is_exact: bool


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="of a person, to an app, or all")] = "all",
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="With of: who, or their email. With to: the ID")] = "",
    folder: LastFolder = Path(),
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per row, with what is refused")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a line for each row, for a spreadsheet")] = False,
) -> None:
    """What the policies in force open in any situation, and by what; conditions are told, and who may ask."""
    refuse_other_task("access", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "all"):
        takes = "no name" if name else "a name"
        raise LimenError(f"`limen access {task}` takes {takes}", "`limen people` lists everybody")
    if as_json and csv:
        raise LimenError("--json and --csv can't be used together", "choose one of them")
    now = SystemClock().now()
    with opened(folder) as here:
        asked = _found(here, task, name, now)
        zone = here.settings.zone
    if csv:
        sys.stdout.write(as_csv(asked.rows, asked.names))
    elif as_json:
        for row in asked.rows:
            print(json.dumps(plain(row, asked.names)))
    else:
        _print(asked, task, zone)


def _found(here: Opened, task: str, name: str, now: Instant) -> _Asked:
    company = here.in_force()
    people = {one.person.id: one.person for one in here.database.read(people_of) if one.person.id}
    who = [_somebody(people.values(), name)] if task == "of" else [one for one in people.values() if one.active]
    apps = list(company.all_apps.values()) if task != "to" else [_app(company, name)]
    found = _effective(here, company, who, apps, now)
    names = Names({one.id: one.name for one in who}, {one.id: one.name for one in company.all_apps.values()})
    rows = [one for one in found.of_all(who) if task != "to" or one.app == name]
    return _Asked(rows, names, found.is_exact)


def _effective(here: Opened, company: Company, who: list[Person], apps: list[App], now: Instant) -> EffectiveNow:
    sealed, grants = here.database.read(lambda s: (sealed_labels(s), grants_now(s, who, now)))
    return effective_now(
        company.engine(),
        who,
        apps,
        now,
        sealed=sealed,
        grants=lambda one: grants.get(one, ()),
        uses=usage(here.reader, now - WINDOW),
    )


def _somebody(people: Iterable[Person], name: str) -> Person:
    everybody, word = list(people), name.casefold()
    found = [one for one in everybody if word in {one.name.casefold(), one.email.casefold(), one.id}]
    if len(found) > 1:
        raise LimenError(f"{shown(name)} may be several people", "give the email address")
    if not found:
        hint = did_you_mean(name, [one.name for one in everybody], "`limen people` lists everybody")
        raise LimenError(f"there is nobody called {shown(name)}", hint)
    return found[0]


def _app(company: Company, app_id: str) -> App:
    refuse_unknown("app", [app_id], company.all_apps)
    return company.all_apps[app_id]


def _print(asked: _Asked, task: str, zone: tzinfo) -> None:
    open_rows = [one for one in asked.rows if one.answer is not Answer.NEVER]
    for row in open_rows:
        about = asked.names.app(row) if task == "of" else asked.names.person(row)
        about = f"{asked.names.person(row)}: {asked.names.app(row)}" if task == "all" else about
        print(visible(f"{about}  {', '.join(row.actions)}: {_said(row)}"))
        print(visible(f"  {_why(row, zone)}"))
    if not open_rows:
        print("Nobody has access." if task == "to" else "Nothing opens.")
    if not asked.is_exact:
        print("Some policies can't be checked in full: whatever could not be ruled out is listed.")


def _said(row: Row) -> str:
    whens = " or ".join(one for one in row.whens if one)
    return f"{SAID[row.answer]}{f' ({whens})' if whens else ''}"


def _why(row: Row, zone: tzinfo) -> str:
    through = f", through {', '.join(row.groups)}" if row.groups else ""
    grant = f", with grant {row.grant}" if row.grant else ""
    until = f", until {times.exact(row.until, zone)}" if row.until else ""
    used = f"last used {times.exact(row.last_used, zone)}" if row.last_used else "not used in 90 days"
    return f"by {', '.join(row.policies)}{through}{grant}{until}; {used}"
