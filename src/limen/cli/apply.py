"""`limen apply`: publish the folder. A running server takes the revision over by itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from limen.cli.opened import Opened
from limen.cli.plan import foretold
from limen.clock import SystemClock
from limen.company import store
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.origin import note_origin, origin_of
from limen.company.places import break_glass_file, database_url, journal_folder, key_file
from limen.company.publish import SERVER, earlier, publish
from limen.errors import LimenError
from limen.storage import Database, Keyring, master_key
from limen.storage.break_glass import BreakGlass, rehearse
from limen.storage.journal.emergency import EMERGENCY_FILE, EmergencySegment


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The company folder")] = Path(),
    *,
    message: Annotated[str, typer.Option("-m", "--message", help="Why, in one line")],
) -> None:
    company = load_company(folder)
    database = Database.open(database_url(folder, company.settings))
    try:
        before = database.read(store.newest)
        effect = _effect(Opened(folder, company.settings, database), company, before.id if before else "")
        origin = database.read(lambda snapshot: origin_of(folder, company.settings, snapshot))
        revision = publish(database, company, SERVER, message, SystemClock().now(), expected=origin, effect=effect)
        note_origin(folder, company.settings, revision.id)
        way_back = _way_back(folder, company, database)
    finally:
        database.close()
    name = revision.id[:12]
    if before is not None and before.seq == revision.seq:
        print(f"Nothing changed: revision {name} is in force already; the message is not used.")
    elif before is not None and before.id == revision.id:
        print(f"Revision {name} stays in force; its new text is kept: {revision.reason}")
    else:
        print(f"Revision {name} is in force: {revision.reason}")
    if way_back:
        print(f"limen apply: break-glass would not work now: {way_back}", file=sys.stderr)


def _way_back(folder: Path, company: Company, database: Database) -> str:
    """What keeps break-glass from working, which is rehearsed at every publication; "" where all is well."""
    settings = company.settings
    emergency = journal_folder(folder, settings) / "main" / EMERGENCY_FILE
    if not emergency.exists():
        return ""  # Limen has never run here: the first start makes it, or says why it can't
    try:
        keys = Keyring.open(database, master_key(key_file(folder, settings), os.environ)).journal_keys
        rehearse(BreakGlass(break_glass_file(folder, settings), keys), EmergencySegment(emergency, keys))
    except (LimenError, OSError) as error:
        return str(error)
    return ""


def _effect(here: Opened, company: Company, before: str) -> dict[str, Any]:
    """What is foretold of the folder, to be kept beside the revision; {} where there is nothing to compare it with."""
    if before in {"", company.revision}:
        return {}
    return foretold(earlier(here.database, before), company, here).effect
