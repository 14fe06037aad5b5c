"""`limen search`: what happened, from every source and from Limen's own journal, as the console's page finds it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import JsonLines, LastFolder, MisusedError
from limen.cli.output import print_rows
from limen.clock import SystemClock
from limen.company.places import events_folder, watching_folder
from limen.configuration.lengths import length_of
from limen.devices import store as devices
from limen.identity.store import people
from limen.messages import times
from limen.monitor.outgrown.servers import clickhouse_server
from limen.monitor.search.query import Names, read_query
from limen.monitor.search.service import Places, asked_of, instant_in, run as ask
from limen.monitor.settings import MonitorSettings

MOST: Final = 10_000


def run(
    text: Annotated[str, typer.Argument(metavar="QUERY", help="Such as: user:ida AND src_ip:203.0.113.*")],
    folder: LastFolder = Path(),
    *,
    since: Annotated[str, typer.Option(help="How far back: 1h, 24h, 30d")] = "24h",
    most: Annotated[int, typer.Option(min=1, max=MOST, help="How many of the newest")] = 50,
    as_json: JsonLines = False,
) -> None:
    """People and devices are found by name, as `person:ida@harbor.example` and `device:wren`."""
    try:
        back = length_of(since)
    except ValueError:
        raise MisusedError("--since is a length of time, such as 1h, 24h or 30d") from None
    now = SystemClock().now()
    with opened(folder) as here:
        places = Places(
            events_folder(here.root, here.settings),
            here.journal,
            watching_folder(here.root, here.settings),
            lambda: clickhouse_server(here.settings.section(MonitorSettings), here.root, os.environ),
        )
        condition = read_query(text, _names(here))
        found = ask(asked_of(places, condition, now - back, now + 1, rows=most, is_summed=False))

        def line(row: dict[str, Any]) -> str:
            when = times.day_and_time(row["at"], here.settings.zone)
            who = row["user"] or row["person_id"] or "–"
            return f"{when}  {row['source']}  {row['kind'] or '–'}  {who}  {row['src_ip'] or '–'}  {row['raw'][:160]}"

        if found.missing:
            typer.echo(f"{found.missing}.", err=True)
        print_rows(found.rows, line, dict, f"Nothing that happened in the last {since} fits.", as_json=as_json)


def _names(here: Opened) -> Names:
    def of_people(name: str) -> tuple[str, ...]:
        wanted = name.casefold()
        every = here.database.read(lambda snapshot: people.everybody(snapshot.connection))
        return tuple(one.id for one in every if wanted in {one.email.casefold(), one.name.casefold()})

    def of_devices(name: str) -> tuple[str, ...]:
        every = here.database.read(lambda snapshot: devices.names(snapshot.connection))
        return tuple(one for one, its in every.items() if its.casefold() == name.casefold())

    return Names(people=of_people, devices=of_devices, instant=lambda text: instant_in(text, here.settings.zone))
