"""`limen people`: everybody with status, groups and what they sign in with."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import JsonLines, LastFolder
from limen.errors import LimenError
from limen.identity.store import people
from limen.printable import no_formula


def run(
    folder: LastFolder = Path(),
    *,
    as_json: JsonLines = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV that `limen import people` can read")] = False,
) -> None:
    if as_json and as_csv:
        raise LimenError("--json and --csv can't be used together", "choose one of them")
    with opened(folder) as here:
        members = here.database.read(lambda snapshot: people.members(snapshot.connection))
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["name", "email", "groups", "language", "status"])
        for one in members:
            joined = ";".join(sorted(one.person.groups))
            cells = [one.person.name, one.person.email, joined, one.language, str(one.status)]
            writer.writerow([no_formula(cell) for cell in cells])
        return
    for one in members:
        groups, factors = sorted(one.person.groups), sorted(map(str, one.factors))
        if as_json:
            plain = {"id": one.person.id, "name": one.person.name, "email": one.person.email, "status": str(one.status)}
            print(json.dumps({**plain, "groups": groups, "factors": factors, "language": one.language}))
        else:
            print(f"{one.person.name} <{one.person.email}> {one.status}; groups: {', '.join(groups) or 'none'}")
    if not members and not as_json:
        print(
            "There are no people yet. Import a list with `limen import people FILE`, or invite people in the console."
        )
