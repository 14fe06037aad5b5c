"""`limen matrix`: what if, for many at once: one person over all apps, one app over all people, or people × apps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import (
    At,
    Country,
    Device,
    DocumentLabel,
    Folder,
    MisusedError,
    Network,
    Proved,
    Risk,
    Strength,
    label_of_document,
    refuse_other_device,
    refuse_unknown,
)
from limen.cli.output import console
from limen.cli.question import people_of, refuse_no_place, somebody
from limen.clock import SystemClock
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.tests_file import read_length
from limen.errors import LimenError
from limen.facts import ACTIONS, App, Person
from limen.policy.access import is_absent
from limen.policy.hypothetical import Hypothetical
from limen.policy.matrix import Cell, Decide, matrix
from limen.printable import visible

SHOWN = ("view", "download", "edit", "share", "administer")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of answers: `cells` holds, row by row, (person, app, action, answer, is absent)."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[tuple[str, str, str, Cell, bool], ...], ...]


def run(
    folder: Folder = Path(),
    *,
    person: Annotated[
        str, typer.Option(help="One person across all apps and actions: a name, email address or ID")
    ] = "",
    app: Annotated[str, typer.Option(help="One app across all people and actions: its ID")] = "",
    action: Annotated[str, typer.Option(help="With neither: all people across all apps, for this action")] = "view",
    candidate: Annotated[Path | None, typer.Option(help="Use the policies and apps in this folder")] = None,
    in_force: Annotated[bool, typer.Option("--in-force", help="Use the revision in force")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per cell, one per line")] = False,
    strength: Strength = 3,
    proved: Proved = "1m",
    at: At = "",
    device: Device = "",
    country: Country = "",
    network: Network = "",
    address: Annotated[str, typer.Option(help="The address the requests come from")] = "",
    risk: Risk = 0,
    document: DocumentLabel = "",
) -> None:
    if person and app:
        raise MisusedError("name a person or an app; for both, use `limen why --person … --app …`")
    if candidate is not None and in_force:
        raise MisusedError("--candidate and --in-force can't be used together")
    if action not in ACTIONS:
        raise MisusedError(f"--action is one of {', '.join(ACTIONS)}")
    refuse_other_device(device)
    try:
        supposed = Hypothetical(
            strength=strength,
            proved=read_length(proved),
            at=at,
            device=device,
            country=country,
            network=network,
            address=address,
            risk=risk,
            document=label_of_document(document),
        )
        table = _table(folder, candidate, supposed, in_force=in_force, person=person, app=app, action=action)
    except ValueError as error:
        raise MisusedError(str(error)) from None
    if as_json:
        _print_json(table)
    else:
        _print(table)


def _table(
    folder: Path, candidate: Path | None, supposed: Hypothetical, *, in_force: bool, person: str, app: str, action: str
) -> Table:
    home = load_company(folder)
    company = _in_force(folder, home) if in_force else home if candidate is None else load_company(candidate)
    refuse_no_place(company, supposed.country, supposed.network)
    now = supposed.now(company.settings.zone) if supposed.at else SystemClock().now()
    decide = matrix(company.engine(), supposed, now, company.networks)
    apps = list(company.all_apps.values())
    if person:
        who = somebody(
            folder, home, person, [], "`limen matrix` lists everyone; `limen why --group …` uses a hypothetical person"
        )
        asked = [(one.name, [(who, one, each) for each in SHOWN]) for one in apps]
        return _filled(decide, who.name, SHOWN, asked)
    people = sorted((one for one in people_of(folder, home) if one.active), key=lambda one: one.name.casefold())
    if not people:
        raise LimenError("there are no people yet", "invite people first, or use `limen why --group …`")
    if not app:
        asked = [(who.name, [(who, one, action) for one in apps]) for who in people]
        return _filled(decide, action, [one.id for one in apps], asked)
    refuse_unknown("app", [app], company.all_apps)
    chosen = company.all_apps[app]
    return _filled(decide, chosen.name, SHOWN, [(who.name, [(who, chosen, each) for each in SHOWN]) for who in people])


def _filled(
    decide: Decide, corner: str, columns: Sequence[str], asked: list[tuple[str, list[tuple[Person, App, str]]]]
) -> Table:
    cells = tuple(
        tuple(
            (person.id, app.id, action, decide(person, app, action), is_absent(app, action))
            for person, app, action in row
        )
        for _, row in asked
    )
    return Table(corner, tuple(columns), tuple(name for name, _ in asked), cells)


def _in_force(folder: Path, home: Company) -> Company:
    with opened(folder, home.settings) as here:
        return here.in_force()


def _print_json(table: Table) -> None:
    for row in table.cells:
        for person, app, action, cell, _ in row:
            plain = {"person": person, "app": app, "action": action, "effect": cell.effect, "reason": cell.reason}
            print(json.dumps(plain))


def _print(table: Table) -> None:
    """Words, not colours alone, so that a table can be read anywhere."""
    from rich.table import Table as Drawn
    from rich.text import Text

    words = {"permit": "[green]yes[/]", "challenge": "[yellow]prove[/]", "deny": "[red]no[/]"}
    out = console()
    drawn = Drawn(box=None, pad_edge=False)
    for head in (table.corner, *table.columns):
        drawn.add_column(Text(visible(head)))
    for name, row in zip(table.rows, table.cells, strict=True):
        drawn.add_row(
            Text(visible(name)), *["[dim]–[/]" if is_absent else words[cell.effect] for *_, cell, is_absent in row]
        )
    out.print(drawn)
    out.print(
        "yes: permitted · prove: after confirming identity · no: denied · –: the app has no such requests; "
        "`limen why` explains each",
        style="dim",
    )
