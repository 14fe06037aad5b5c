"""`limen departure`: whose access ended, whether each end is proved, and accepting what is left with a reason."""

from __future__ import annotations

import sys
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.access_here import names_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import SystemClock
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity.departures import store
from limen.identity.departures.departures import Report, accept
from limen.identity.departures.model import Closed, of_all_workers
from limen.identity.departures.report import CLOSED, ERASED, STATES, WHY, as_csv, plain, title_of, told
from limen.messages import times
from limen.storage import Snapshot

TASKS: Final = ("list", "show", "accept")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list, show or accept")] = "list",
    departure: Annotated[str, typer.Argument(metavar="[ID]", help="With show and accept: from the list")] = "",
    folder: LastFolder = Path(),
    *,
    why: Annotated[str, typer.Option(help="With accept: why what is left may stay")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per departure")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a line for each place, for a spreadsheet")] = False,
) -> None:
    refuse_other_task("departure", task, TASKS)
    departure, folder = word_and_folder(departure, folder)
    if bool(departure) is (task == "list"):
        takes = "no ID" if departure else "an ID"
        raise LimenError(f"`limen departure {task}` takes {takes}", "`limen departure list` lists them")
    if as_json and csv:
        raise LimenError("--json and --csv can't be used together", "choose one of them")
    if bool(why) is not (task == "accept"):
        raise LimenError("a reason belongs to accepting what is left", 'limen departure accept ID --why "…"')
    with opened(folder) as here:
        if task == "accept":
            now = SystemClock().now()
            here.database.write(lambda transaction: accept(transaction, departure, why, now, by=SERVER))
            print("What is left is accepted, and the report is closed.")
            return
        reports, names = _read(here, departure), names_of(here)
    if csv:
        sys.stdout.write(as_csv(reports, names))
    elif task == "show" and not as_json:
        _show(reports[0], names, here.settings.zone)
    else:
        nobody = "Nobody's access has ended yet. Deactivate somebody in the console, or enter a last day."
        print_rows(
            reports,
            lambda one: _line(one, names, here.settings.zone),
            lambda one: plain(one, names),
            nobody,
            as_json=as_json,
        )


def _read(here: Opened, departure_id: str) -> list[Report]:
    """All of them, or the one of this id. Raises LimenError where there is none."""

    def read(snapshot: Snapshot) -> list[Report]:
        connection = snapshot.connection
        wanted = store.by_id(connection, departure_id) if departure_id else None
        found = ([wanted] if wanted is not None else []) if departure_id else store.all_of(connection)
        surfaces = store.surfaces_of(connection, *(one.id for one in found))
        return [Report(one, of_all_workers(surfaces[one.id])) for one in found]

    reports = here.database.read(read)
    if departure_id and not reports:
        raise LimenError("there is no departure of this ID", "`limen departure list` lists them")
    return reports


def _line(report: Report, names: dict[str, str], zone: tzinfo) -> str:
    one = report.departure
    left = ", ".join(title_of(each.name) for each in report.outstanding)
    state = CLOSED[Closed(one.closed)] if one.closed_at else f"not proved: {left}" if left else "being asked"
    who = names.get(one.person, f"{one.person} {ERASED}")
    return f"{one.id}  {times.exact(one.at, zone)}  {who}: {WHY[one.why]}. {state}"


def _show(report: Report, names: dict[str, str], zone: tzinfo) -> None:
    print(_line(report, names, zone))
    about, nothing = told(report)
    for each in about:
        said = f" ({each.said})" if each.said else ""
        print(f"  {title_of(each.name)}: {STATES[each.state]}, {each.ended} ended, {each.remaining} remaining{said}")
    if nothing:
        print(f"  asked as well, and they have none: {', '.join(title_of(each.name) for each in nothing)}")
