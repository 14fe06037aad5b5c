"""`limen standing`: who can do what is sensitive at any time, without a grant, under the rules in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from limen.access.standing.listing import Row, Standing, listed
from limen.access.standing.privilege import standing_privilege
from limen.cli.open_company import opened
from limen.cli.options import Folder
from limen.cli.output import counted
from limen.clock import DAY, Instant, SystemClock
from limen.company.company import Company
from limen.company.gate import people_of
from limen.company.load import load_company
from limen.facts import Person
from limen.storage.journal.usage import last_used, usage

WINDOW_DAYS = 90


def run(
    folder: Folder = Path(),
    *,
    candidate: Annotated[Path | None, typer.Option(help="Use the policies and apps in this folder")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per row, and one about the whole")] = False,
) -> None:
    now = SystemClock().now()
    with opened(folder) as here:
        company = here.in_force() if candidate is None else load_company(candidate)
        people = {one.person.id: one.person for one in here.database.read(people_of)}
        used = last_used(usage(here.reader, now - WINDOW_DAYS * DAY))
    found = _standing(company, people, now)
    if as_json:
        _print_json(found, used)
    else:
        _print(found, company, people, used)


def _standing(company: Company, people: Mapping[str, Person], now: Instant) -> Standing:
    apps = tuple(company.all_apps.values())
    return listed(standing_privilege(company.engine(), people.values(), apps, since=now), people, apps)


def _parts(found: Standing) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    return ("standing", found.rows), ("limen", found.limen), ("break-glass", found.break_glass)


def _print_json(found: Standing, used: Mapping[tuple[str, str, str], tuple[Instant, int]]) -> None:
    for part, rows in _parts(found):
        for row in rows:
            print(json.dumps({"part": part, **_plain(row, used)}))
    whole = {
        "part": "whole",
        "people": len(found.people),
        "rows": len(found.rows),
        "is_exact": found.is_exact,
        "covered": found.covered,
        "unseen": list(found.unseen),
    }
    print(json.dumps(whole))


def _plain(row: Row, used: Mapping[tuple[str, str, str], tuple[Instant, int]]) -> dict[str, Any]:
    last = {
        person: max((used.get((person, row.app, action), (0, 0))[0] for action in row.actions), default=0)
        for person in row.people
    }
    return {
        "app": row.app,
        "actions": list(row.actions),
        "people": list(row.people),
        "policies": list(row.policies),
        "is_certain": row.is_certain,
        "last_used": last,
    }


def _print(
    found: Standing,
    company: Company,
    people: Mapping[str, Person],
    used: Mapping[tuple[str, str, str], tuple[Instant, int]],
) -> None:
    heads = {
        "standing": f"{counted(len(found.people), 'person', 'people')} can do this without a grant:",
        "limen": "Limen itself, which can't be granted:",
        "break-glass": "Break-glass accounts:",
    }
    if not found.rows:
        print("Nobody can administer apps, elevate, or reach restricted data without a grant.")
    for part, rows in _parts(found):
        if not rows:
            continue
        print(heads[part])
        for row in rows:
            print(f"  {_text(row, people, used)}")
    if not found.is_exact:
        print("Some policies can't be checked in full: rows marked with ? could not be ruled out.")
    if found.unseen:
        names = ", ".join(company.all_apps[one].name for one in found.unseen)
        print(f"Not checked: who administers {names} inside. These apps sign people in themselves.")


def _text(row: Row, people: Mapping[str, Person], used: Mapping[tuple[str, str, str], tuple[Instant, int]]) -> str:
    names = [people[one].name or one if one in people else one or "anyone, without signing in" for one in row.people]
    last = _plain(row, used)["last_used"]
    idle = sum(not at for at in last.values())
    unused = f"; {idle} of {len(row.people)} did not use it in {WINDOW_DAYS} days" if idle else ""
    mark = "" if row.is_certain else "? "
    by = ", ".join(row.policies)
    return f"{mark}{row.app}  {', '.join(row.actions)}: {', '.join(sorted(names))} (by {by}{unused})"
