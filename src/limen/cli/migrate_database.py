"""`limen migrate-database`: move the database to PostgreSQL or back; rehearsed, verified, with a way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.backup import migrate_database
from limen.backup.places import refuse_half_restored
from limen.cli.backup import held_key
from limen.cli.options import LastFolder, MasterKey, MisusedError
from limen.cli.output import progress
from limen.clock import SystemClock
from limen.company.load import load_settings


def run(
    url: Annotated[
        str, typer.Argument(metavar="[URL]", help="postgresql://limen@host/limen, sqlite:////path/file")
    ] = "",
    folder: LastFolder = Path(),
    *,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Try it without changing anything")] = False,
    back: Annotated[bool, typer.Option("--back", help="Undo a move that was interrupted")] = False,
    key: MasterKey = None,
) -> None:
    if back:
        _stay(Path(url) if url else folder)
        return
    if not url:
        raise MisusedError("give the new place of the database: limen migrate-database URL [DIR]")
    settings = load_settings(folder)
    refuse_half_restored(folder, settings)
    master = held_key(folder, key)
    if rehearse:
        rows = migrate_database.rehearse(folder, settings, master, url)
        print(f"The rehearsal succeeded: {sum(rows.values()):,} rows in {len(rows)} tables. Nothing was changed.")
        return
    with progress("Moving the database") as told:
        done = migrate_database.move(folder, settings, master, url, SystemClock().now(), told)
    print(f"The database was moved from {done.source} to {done.target}.")
    print(
        f"{sum(done.rows.values()):,} rows in {len(done.rows)} tables were counted and hashed, the same on both sides."
    )
    print(f"limen.toml now has the new place. A backup from before: {done.saved}")
    print(
        f"To move it back: `limen migrate-database {done.source} {folder}`. The old database stays until you remove it."
    )


def _stay(folder: Path) -> None:
    mark = migrate_database.stay(folder, load_settings(folder))
    print(f"The database stays at {mark.source}. What was copied to {mark.target} can be removed.")
