"""`limen travel`: journeys that were announced, so that signing in from there is no alarm."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import SECOND, Instant, SystemClock
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.facts import Person
from limen.identity.store import people
from limen.messages import times
from limen.monitor.detections.travel import store
from limen.monitor.detections.travel.announcing import announce, end
from limen.monitor.detections.travel.expected import ExpectedTravel

TASKS: Final = ("list", "announce", "end")
_NAMED: Final = "With announce: an email address; with end: a journey's ID"


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list, announce or end")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=_NAMED)] = "",
    folder: LastFolder = Path(),
    *,
    country: Annotated[str, typer.Option(help="With announce: two letters, such as PT")] = "",
    place: Annotated[str, typer.Option(help="With announce: where, for people")] = "",
    since: Annotated[str, typer.Option(help="With announce: the first day, as 2026-12-01 (default: now)")] = "",
    until: Annotated[str, typer.Option(help="With announce: the last day, as 2026-12-04")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("travel", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise LimenError(f"`limen travel {task}` takes {'no' if name else 'a'} name", _NAMED)
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            _list(here, now, as_json=as_json)
        elif task == "end":
            here.database.write(lambda t: end(t, name, now, by=SERVER))
            print("Ended. Signing in from there counts as for everybody.")
        else:
            who = _person(here, name)
            first, last = _day(here, since, now), _day(here, until, 0, days_after=1)
            here.database.write(lambda t: announce(t, who.id, country.upper(), place, first, last, now, by=SERVER))
            print(f"Announced. That {who.name} signs in from there is no alarm while it lasts.")


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    travels, members = here.database.read(lambda s: (store.every(s.connection, now), people.everybody(s.connection)))
    names = {one.id: one.name for one in members}
    zone = here.settings.zone

    def text(one: ExpectedTravel) -> str:
        where = f"{one.place}, {one.country}" if one.place else one.country
        until = times.exact(one.until, zone)
        return f"{one.id}  {names.get(one.person_id, one.person_id)}: {where} until {until}"

    def plain(one: ExpectedTravel) -> dict[str, Any]:
        return {field: getattr(one, field) for field in ExpectedTravel.__struct_fields__}

    print_rows(travels, text, plain, "No journey is announced.", as_json=as_json)


def _person(here: Opened, address: str) -> Person:
    members = here.database.read(lambda snapshot: people.everybody(snapshot.connection))
    for one in members:
        if one.email.casefold() == address.casefold():
            return one
    raise LimenError(f"nobody has the address {address[:100]}", "`limen people` lists everybody")


def _day(here: Opened, written: str, otherwise: Instant, days_after: int = 0) -> Instant:
    """The beginning of a day, or of one after it, in the company's time zone. Raises LimenError."""
    if not written:
        return otherwise
    try:
        day = date.fromisoformat(written) + timedelta(days=days_after)
        return int(datetime.combine(day, time(), here.settings.zone).timestamp()) * SECOND
    except (ValueError, OverflowError):
        raise LimenError(f"{written[:40]!r} is not a date", "write it as 2026-12-31") from None
