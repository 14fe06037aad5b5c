"""`limen people`: everybody with status, groups and what they sign in with; and somebody's first and last day."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.identity_ports import ports_of, sources_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import JsonLines, LastFolder
from limen.clock import SystemClock
from limen.company.authors import SERVER
from limen.errors import LimenError
from limen.facts import Person
from limen.identity.days import today
from limen.identity.leaving import read_last_day, save_last_day
from limen.identity.sources.owning import OwnedBySources
from limen.identity.starting import read_first_day, save_first_day
from limen.identity.store import people
from limen.printable import no_formula
from limen.storage import Transaction


def run(
    folder: LastFolder = Path(),
    *,
    as_json: JsonLines = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV that `limen import people` can read")] = False,
    first_day: Annotated[
        str,
        typer.Option(
            metavar="EMAIL=DATE", help="Save when somebody starts (2026-12-01): nothing opens before; EMAIL= means now"
        ),
    ] = "",
    last_day: Annotated[
        str, typer.Option(metavar="EMAIL=DATE", help="Save when somebody leaves (2026-12-18); EMAIL= means they stay")
    ] = "",
) -> None:
    if as_json and as_csv:
        raise LimenError("--json and --csv can't be used together", "choose one of them")
    if first_day or last_day:
        if as_json or as_csv or (first_day and last_day):
            raise LimenError("--first-day and --last-day print no list", "give one of them, without --json and --csv")
        (_save_first_day if first_day else _save_last_day)(folder, first_day or last_day)
        return
    with opened(folder) as here:
        members = here.database.read(lambda snapshot: people.members(snapshot.connection))
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["name", "email", "groups", "language", "status", "first_day", "last_day"])
        for one in members:
            joined = ";".join(sorted(one.person.groups))
            who = [one.person.name, one.person.email, joined, one.language, str(one.status)]
            cells = [*who, _written(one.first_day), _written(one.last_day)]
            writer.writerow([no_formula(cell) for cell in cells])
        return
    for one in members:
        groups, factors = sorted(one.person.groups), sorted(map(str, one.factors))
        if as_json:
            plain = {"id": one.person.id, "name": one.person.name, "email": one.person.email, "status": str(one.status)}
            more = {"groups": groups, "factors": factors, "language": one.language}
            days = {"first_day": _written(one.first_day), "last_day": _written(one.last_day)}
            print(json.dumps({**plain, **more, **days}))
        else:
            starts = f"; first day: {one.first_day}" if one.first_day else ""
            leaves = f"; last day: {one.last_day}" if one.last_day else ""
            known_as = f"{one.person.name} <{one.person.email}> {one.status}"
            print(f"{known_as}; groups: {', '.join(groups) or 'none'}{starts}{leaves}")
    if not members and not as_json:
        print(
            "There are no people yet. Import a list with `limen import people FILE`, or invite people in the console."
        )


def _written(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _save_first_day(folder: Path, asked: str) -> None:
    email, equals, text = asked.partition("=")
    if not equals:
        raise LimenError("--first-day lacks a date", "write it as --first-day ida@harbor.example=2026-12-01")
    now = SystemClock().now()
    with opened(folder) as here:
        day = read_first_day(text.strip(), today(here.settings, now))
        person = _saved(here, lambda tx, owned: save_first_day(tx, email, day, now, by=SERVER, owned=owned))
    print(f"{person.name} has access from now on." if day is None else f"Nothing opens to {person.name} before {day}.")


def _saved(here: Opened, save: Callable[[Transaction, OwnedBySources], Person]) -> Person:
    """As on somebody's page: not what a source owns, and not so that nobody could administer Limen."""
    company = here.in_force()
    sources = sources_of(here, company)
    return asyncio.run(ports_of(here, company).take(lambda transaction: save(transaction, sources.ownership)))


def _save_last_day(folder: Path, asked: str) -> None:
    email, equals, text = asked.partition("=")
    if not equals:
        raise LimenError("--last-day lacks a date", "write it as --last-day ida@harbor.example=2026-12-18")
    now = SystemClock().now()
    with opened(folder) as here:
        day = read_last_day(text.strip(), today(here.settings, now))
        person = _saved(here, lambda tx, owned: save_last_day(tx, email, day, now, by=SERVER, owned=owned))
    if day is None:
        print(f"{person.name} has no last day.")
    else:
        print(f"{person.name}'s access ends when {day} is over.")
