"""`limen least`: what rules permit and nobody used, and what nobody stands behind, from the decisions of 90 days."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from limen.access.least.orphans import Orphan, Why
from limen.access.least.unused import Permitted, unused
from limen.cli.open_company import opened
from limen.cli.options import Folder
from limen.cli.output import counted
from limen.clock import DAY, SystemClock
from limen.company.gate import people_of
from limen.company.orphans_now import held_now, orphans_now
from limen.messages import times
from limen.storage.journal.usage import on_record_since, usage

WINDOW = 90 * DAY
SAID = {
    Why.NO_MEMBERS: "nobody active is in it, but rules name it",
    Why.NO_OWNER: "no group is named as its owner",
    Why.OWNERS_GONE: "nobody active is in the group that owns it",
    Why.HOLDER_GONE: "its holder is deactivated or gone",
    Why.UNUSED: "it was not used in 90 days",
}


def run(
    folder: Folder = Path(),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per rule, and per orphan")] = False,
) -> None:
    now = SystemClock().now()
    with opened(folder) as here:
        company = here.in_force()
        people = {one.person.id: one.person for one in here.database.read(people_of)}
        uses = usage(here.reader, now - WINDOW)
        held = here.database.read(lambda snapshot: held_now(snapshot, uses, now))
        since = on_record_since(here.reader, now - WINDOW)
    found = unused(company.engine(), uses, people, company.all_apps.values())
    behind = orphans_now(company, people, held, now - WINDOW)
    if as_json:
        for one in found:
            print(json.dumps({"part": "rule", **asdict(one)}))
        for each in behind:
            print(json.dumps({"part": "orphan", **asdict(each)}))
        return
    print(f"From the decisions since {times.exact(since, company.settings.zone)}:")
    for one in found:
        if one.never:
            print(f"  {_rule(one)}")
    if not any(one.never for one in found):
        print("  everything that rules permit was used.")
    if behind:
        print("Nobody behind it:")
    for each in behind:
        print(f"  {_orphan(each)}")


def _rule(one: Permitted) -> str:
    what = f"nobody used {', '.join(one.never)}" if one.kept else "nobody used it at all"
    idle = (
        f"; {len(one.idle)} of {counted(len(one.reached), 'person', 'people')} used nothing by it" if one.idle else ""
    )
    return f"{one.policy}: {what}{idle}"


def _orphan(one: Orphan) -> str:
    about = f" ({', '.join(one.about)})" if one.about else ""
    return f"{one.kind} {one.name}: {SAID[one.why]}{about}"
