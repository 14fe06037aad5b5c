"""`limen handover`: what somebody owns, and handing it over to somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.access_here import person_with
from limen.cli.open_company import opened
from limen.cli.options import LastFolder, word_and_folder
from limen.clock import SystemClock
from limen.company.handover import handed_over, mentions
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity.handing_over import hand_over, held_by
from limen.pillars import holdings


def run(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose it is")],
    folder: LastFolder = Path(),
    *,
    to: Annotated[
        str, typer.Option(metavar="EMAIL", help="Hand all of it over to them, also in the folder's files")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per thing")] = False,
) -> None:
    email, folder = word_and_folder(email, folder)
    if not email:
        raise LimenError("`limen handover` takes an email address", "`limen people` lists everybody")
    now = SystemClock().now()
    with opened(folder) as here:
        person = person_with(here, email)
        if to:
            if as_json:
                raise LimenError("--to prints no list", "leave out --json")
            other = person_with(here, to)
            done = here.database.write(
                lambda transaction: hand_over(transaction, person, other.id, None, now, holdings(), by=SERVER)
            )
            for name, count in done.items():
                print(f"{name}: {count} handed over to {other.name}")
            files = _in_the_folder(folder, person.email, other.email)
            for name in files:
                print(f"{name}: names {other.name} now; publish it with `limen apply`")
            if not (done or files):
                print("There is nothing to hand over.")
            return
        held = here.database.read(lambda snapshot: held_by(snapshot.connection, person, now, holdings()))
        named = mentions(here.in_force().files, person.email)
    for each in held:
        for thing in each.things:
            moves = each.kind.hand_over is not None
            plain = {"kind": each.kind.name, "id": thing.id, "title": thing.title, "note": thing.note, "moves": moves}
            print(json.dumps(plain) if as_json else f"{each.kind.name}: {thing.title}. {thing.note}")
    for one in named:
        plain = {"kind": "folder", "id": f"{one.file}:{one.line}", "title": one.text, "note": "", "moves": True}
        print(json.dumps(plain) if as_json else f"{one.file}:{one.line}: {one.text}")
    if not (held or named) and not as_json:
        print(f"{person.name} owns nothing in Limen.")


def _in_the_folder(folder: Path, email: str, to: str) -> list[str]:
    """Write the other address into the files of the folder; which files changed."""
    names = [path for pattern in ("*.toml", "*.yaml", "policies/*") for path in sorted(folder.glob(pattern))]
    texts = {
        str(path.relative_to(folder)): path.read_text() for path in names if path.is_file() and not path.is_symlink()
    }
    changed = handed_over(texts, email, to)
    for name, text in changed.items():
        (folder / name).write_text(text)
    return sorted(changed)
