"""`limen export`: a copy of everything that is kept of one person, as one zip file; also while the server runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder
from limen.clock import SystemClock
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.privacy.erase import whom
from limen.privacy.export import write_copy


def run(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="An email address or ID")],
    folder: LastFolder = Path(),
    *,
    to: Annotated[Path, typer.Option("--to", help="The new file to write, such as mia.zip")],
) -> None:
    with opened(folder) as here:
        person_id = here.database.read(lambda snapshot: whom(snapshot, person))
        try:
            handle = os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise LimenError(f"{to} already exists", "choose a new file") from None
        except OSError as error:
            raise LimenError(f"{to} can't be written: {error.strerror}", "choose another location") from None
        try:
            with os.fdopen(handle, "w+b") as file:
                reader, now = here.reader, SystemClock().now()
                made = write_copy(file, here.database, reader, person_id, now, company=here.settings.name, by=SERVER)
        except BaseException:
            to.unlink(missing_ok=True)
            raise
    print(f"{to}: {made.rows} rows, {made.events} events, {made.facts} sets of facts. Only you can read the file;")
    print("hand it over by a channel that nobody else can read.")
