"""`limen revert`: publish what an earlier revision holds once more, through the same gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, Message, word_and_folder
from limen.cli.output import at
from limen.cli.plan import predicted
from limen.company import store
from limen.company.publish import earlier
from limen.errors import LimenError


def run(
    revision: Annotated[
        str, typer.Argument(metavar="[REVISION]", help="The revision to go back to (default: the previous one)")
    ] = "",
    folder: LastFolder = Path(),
    *,
    message: Message,
) -> None:
    revision, folder = word_and_folder(revision, folder)
    with opened(folder) as here:
        newest = here.newest()
        if revision:
            target = here.revision(revision).id
        else:
            others = [one.id for one in here.database.read(store.history) if one.id != newest.id]
            if not others:
                raise LimenError("there is no earlier revision", f"`limen log{at(folder)}` lists them")
            target = others[0]
        before, after = here.in_force(), earlier(here.database, target)
        if before.revision == after.revision:
            print(f"Nothing changed: revision {target[:12]} is already in force.")
            return
        effect = predicted(before, after, here).effect
        done = here.replace(before, after, message, effect)
    print(f"Revision {done.id[:12]} is in force again: {done.reason}")
    print(f"The folder was not changed; `limen pull{at(folder)}` updates it to what is in force.")
