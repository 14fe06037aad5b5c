"""`limen upgrade`: back up the database, then upgrade it; `--rehearse` tries it on a copy, `--back` undoes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.backup import upgrade
from limen.backup.places import refuse_half_restored
from limen.cli.backup import held_key
from limen.cli.open_company import has_database, nothing_published
from limen.cli.options import Folder, MasterKey
from limen.cli.output import progress
from limen.clock import SystemClock, to_iso
from limen.company.load import load_settings
from limen.company.places import database_of


def run(
    folder: Folder = Path(),
    *,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Try it on a copy without changing anything")] = False,
    back: Annotated[bool, typer.Option("--back", help="Restore the database from before the upgrade")] = False,
    file: Annotated[Path | None, typer.Option(help="With --back: a backup other than the newest")] = None,
    key: MasterKey = None,
) -> None:
    settings = load_settings(folder)
    refuse_half_restored(folder, settings)
    if not has_database(folder, settings):
        raise nothing_published()
    now, master = SystemClock().now(), held_key(folder, key)
    if back:
        found = upgrade.go_back(folder, settings, master, now, file)
        print(f"The database is back to its state of {to_iso(found.at)}, at version {found.schema}.")
        print("The journal continues. All sessions and unused links have ended, and all changes since then are undone.")
        print(f"Reinstall Limen {found.limen} before you start it: this version would upgrade the database again.")
    elif not upgrade.needs_upgrade(database_of(folder, settings)):
        print("The database is up to date.")
    elif rehearse:
        before, after = upgrade.rehearse(folder, settings, master, now)
        print(f"The upgrade works on a copy: version {before} to {after}. Nothing was changed.")
    else:
        with progress("Saving the database") as told:
            done = upgrade.upgrade(folder, settings, master, now, told)
        print(
            f"The database was upgraded from version {done.before} to {done.after}; all {done.people} "
            "people are still there."
        )
        print(f"Saved before the upgrade: {done.saved}")
        print(f"To go back: `limen upgrade --back {folder}`, then reinstall the previous Limen.")
