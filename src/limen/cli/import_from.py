"""`limen import`: people from a list, or people, groups, apps and policies from the export of another system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli import import_people, import_system
from limen.cli.options import Json, MisusedError, Yes
from limen.errors import LimenError
from limen.importing.readers import READERS

PEOPLE: Final = "people"
_SYSTEMS: Final = ", ".join(READERS)
USAGE: Final = "\n".join(
    [
        "limen import people FILE [DIR]            people from a CSV file",
        *(f"limen import {name:<28} {reader.files}" for name, reader in READERS.items()),
    ]
)


def run(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=f"What to import: people, or the system: {_SYSTEMS}")],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="The files of the export, or their folder; with people a CSV file, and DIR"
        ),
    ],
    *,
    company: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="From a system: the company folder; one that is not there yet is created"),
    ] = None,
    app: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST=URL", help="From a system: where the app at this host runs; can be repeated"),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=ID", help="From a system: the company's group for an old one; can be repeated"),
    ] = None,
    part: Annotated[str, typer.Option(help="From a system: which of several realms in the export")] = "",
    write: Annotated[
        bool, typer.Option("--write", help="From a system: write it into the folder; without this it is only shown")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="From a system: also write over what was edited since")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="From a system: write the report to this file, by its ending .md, .csv or .json")
    ] = None,
    message: Annotated[
        str, typer.Option("-m", "--publish", help="With --write: also publish it, with this reason in one line")
    ] = "",
    as_json: Json = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change (the default)")] = False,
    invite: Annotated[bool, typer.Option("--invite", help="With people: email an invitation to everyone new")] = False,
    as_: Annotated[
        str, typer.Option("--as", help="With people: the administrator named in the emails, by address")
    ] = "",
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="With people: deactivate everyone who is not in the list")
    ] = False,
    administrators: Annotated[
        bool,
        typer.Option(
            "--administrators",
            help="With people: allow changes to roles: administrators, break-glass, helpdesk, auditors and similar",
        ),
    ] = False,
) -> None:
    if what == PEOPLE:
        if len(files) > 2:
            raise MisusedError("`limen import people` takes one file and the company folder")
        import_people.run(
            files[0], files[1] if len(files) == 2 else company or Path(), yes=yes, dry_run=dry_run, invite=invite,
            as_=as_, remove_missing=remove_missing, administrators=administrators,
        )  # fmt: skip
        return
    if what not in READERS:
        raise LimenError(f"`limen import` can't import {what[:40]!r}", f"it imports people, or from {_SYSTEMS}")
    if write and dry_run:
        raise MisusedError("--write and --dry-run can't be used together", "choose one of them")
    if message and not write:
        raise MisusedError("--publish needs --write")
    import_system.run(
        READERS[what], files, company, part=part,
        apps={host.lower(): url for host, url in _pairs("--app", "HOST=URL", app).items()},
        groups=_pairs("--group", "OLD=ID", group),
        write=write, replaces=replace, report=report, message=message, as_json=as_json,
    )  # fmt: skip


def _pairs(option: str, form: str, said: list[str] | None) -> dict[str, str]:
    found = {}
    for one in said or []:
        name, mark, value = one.partition("=")
        if not (name and mark and value):
            raise MisusedError(f"{option} {one[:60]} has no `=`", f"write it as {option} {form}")
        found[name] = value
    return found
