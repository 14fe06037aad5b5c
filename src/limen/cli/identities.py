"""`limen identities`: accounts that may not be one person's, with their evidence, and what is decided about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.publish import SERVER
from limen.company.unique_identities.deciding import decide, reopen
from limen.company.unique_identities.listing import Listed, listed
from limen.company.unique_identities.model import Finding
from limen.company.unique_identities.reading import read
from limen.errors import LimenError
from limen.identity.shared_seeds import SharedSeeds
from limen.messages import times

TASKS: Final = ("list", "decide", "reopen")


def run(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="list, decide or reopen")] = "list",
    finding: Annotated[str, typer.Argument(metavar="[ID]", help="With decide and reopen: the finding's ID")] = "",
    folder: LastFolder = Path(),
    *,
    choice: Annotated[
        str, typer.Option(help="With decide: one-person, separate, workload or keep, as fits the finding")
    ] = "",
    days: Annotated[int, typer.Option(help="With decide: for how many days it holds")] = 30,
    why: Annotated[str, typer.Option(help="With decide: how you know, in one line")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("identities", task, TASKS)
    finding, folder = word_and_folder(finding, folder)
    if bool(finding) is (task == "list"):
        raise LimenError(
            f"`limen identities {task}` takes {'no' if finding else 'an'} ID", "`limen identities` lists them"
        )
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            _print(here, _listed(here, now), as_json=as_json)
        elif task == "decide":
            about = _listed(here, now).by_id(finding)
            if about is None:
                raise LimenError(f"there is no finding {finding[:40]}", "`limen identities` lists them")
            kept = here.database.write(lambda t: decide(t, about, choice, days, why, now, by=SERVER))
            print(f"Decided until {times.exact(kept.until, here.settings.zone)}.")
        else:
            here.database.write(lambda t: reopen(t, finding, now, by=SERVER))
            print("Taken back: it is open again.")


def _listed(here: Opened, now: Instant) -> Listed:
    seeds = SharedSeeds(here.keyring())
    return listed(here.database.read(lambda snapshot: read(snapshot, seeds, now)), now)


def _print(here: Opened, found: Listed, *, as_json: bool) -> None:
    def plain(one: Finding) -> dict[str, object]:
        decision = one.decision
        return {
            "id": one.id,
            "kind": one.kind,
            "strength": one.strength.word,
            "accounts": [{"id": each.id, "name": each.name, "address": each.address} for each in one.accounts],
            "evidence": [{"sign": each.sign, "text": each.text, "at": each.at} for each in one.evidence],
            "decision": {"choice": decision.choice, "until": decision.until, "why": decision.why} if decision else None,
        }

    def text(one: Finding) -> str:
        names = " and ".join(each.name or each.id for each in one.accounts)
        said = "; ".join(
            f"{each.text} {times.exact(each.at, here.settings.zone)}" if each.at else each.text
            for each in one.evidence[:3]
        )
        decided = f" (decided: {one.decision.choice})" if one.decision else ""
        return f"{one.id}  {one.strength.word:<6}  {one.kind}: {names}: {said}{decided}"

    nothing = "Nothing speaks against one person, one account."
    print_rows(list(found.findings), text, plain, nothing, as_json=as_json)
