"""`limen people`: everybody with status, groups and what they sign in with; and somebody's last day."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import JsonLines, LastFolder
from limen.clock import SystemClock
from limen.company.authors import SERVER
from limen.errors import LimenError
from limen.identity.leaving import read_last_day, save_last_day, today
from limen.identity.store import people
from limen.printable import no_formula


def run(
    folder: LastFolder = Path(),
    *,
    as_json: JsonLines = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV that `limen import people` can read")] = False,
    last_day: Annotated[
        str, typer.Option(metavar="EMAIL=DATE", help="Save when somebody leaves (2026-12-18); EMAIL= means they stay")
    ] = "",
) -> None:
    if as_json and as_csv:
        raise LimenError("--json and --csv can't be used together", "choose one of them")
    if last_day:
        if as_json or as_csv:
            raise LimenError("--last-day prints no list", "leave out --json and --csv")
        _save_last_day(folder, last_day)
        return
    with opened(folder) as here:
        members = here.database.read(lambda snapshot: people.members(snapshot.connection))
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["name", "email", "groups", "language", "status"])
        for one in members:
            joined = ";".join(sorted(one.person.groups))
            cells = [one.person.name, one.person.email, joined, one.language, str(one.status)]
            writer.writerow([no_formula(cell) for cell in cells])
        return
    for one in members:
        groups, factors = sorted(one.person.groups), sorted(map(str, one.factors))
        if as_json:
            plain = {"id": one.person.id, "name": one.person.name, "email": one.person.email, "status": str(one.status)}
            day = one.last_day.isoformat() if one.last_day else ""
            more = {"groups": groups, "factors": factors, "language": one.language, "last_day": day}
            print(json.dumps({**plain, **more}))
        else:
            leaves = f"; last day: {one.last_day}" if one.last_day else ""
            print(f"{one.person.name} <{one.person.email}> {one.status}; groups: {', '.join(groups) or 'none'}{leaves}")
    if not members and not as_json:
        print(
            "There are no people yet. Import a list with `limen import people FILE`, or invite people in the console."
        )


def _save_last_day(folder: Path, asked: str) -> None:
    email, equals, text = asked.partition("=")
    if not equals:
        raise LimenError("--last-day lacks a date", "write it as --last-day ida@harbor.example=2026-12-18")
    now = SystemClock().now()
    with opened(folder) as here:
        day = read_last_day(text.strip(), today(here.settings, now))
        person = here.database.write(lambda tx: save_last_day(tx, email, day, now, by=SERVER))
    if day is None:
        print(f"{person.name} has no last day.")
    else:
        print(f"{person.name}'s access ends when {day} is over.")
