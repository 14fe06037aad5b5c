"""`limen pull`: update the folder to the revision in force, or write any revision into a new folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import Folder, MisusedError
from limen.company import store
from limen.company.folder import read_folder
from limen.company.origin import note_origin
from limen.company.publish import earlier
from limen.company.pull import Conflict, pull, write_all


def run(
    folder: Folder = Path(),
    *,
    take: Annotated[
        bool, typer.Option("--take", help="For files changed on both sides, use the revision in force")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="For files changed on both sides, keep the folder's version")
    ] = False,
    into: Annotated[Path | None, typer.Option(help="Write all files into this new folder instead")] = None,
    revision: Annotated[str, typer.Option(help="With --into: a revision other than the one in force")] = "",
) -> None:
    if (take and keep) or (revision and into is None):
        raise MisusedError("use only one of --take and --keep; --revision requires --into")
    with opened(folder) as here:
        if into is not None:
            wanted = here.revision(revision).id if revision else here.newest().id
            write_all(into, earlier(here.database, wanted))
            print(f"{into} now contains revision {wanted[:12]}.")
            return
        company = here.in_force()
        origin = here.origin
        base = earlier(here.database, origin).files if origin else {}
        if not base:  # published before texts were kept: whatever text some revision has can be had back
            texts = read_folder(folder).texts
            held = here.database.read(lambda one: store.holds_texts(one, texts.values()))
            base = {name: text for name, text in texts.items() if text in held}
        on_conflict = Conflict.TAKE if take else Conflict.KEEP if keep else Conflict.REFUSE
        done = pull(folder, base, company, here.settings, on_conflict)
        note_origin(folder, here.settings, company.revision)
    for name in done.written:
        print(f"  written  {name}")
    for name in done.removed:
        print(f"  removed  {name}")
    for name in done.kept:
        print(f"  kept     {name}: changed here and not published yet")
    same = "The folder matches what is in force" if not done.kept else "The rest of the folder matches what is in force"
    print(f"{same}: revision {company.revision[:12]}.")
