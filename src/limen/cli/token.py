"""`limen token`: tokens of programs, each for one app; made for workloads, listed and revoked on the server."""

from __future__ import annotations

import json
import sys
from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, refuse_unknown, split_commas, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity import tokens
from limen.identity.app_token import AppToken, Issued
from limen.identity.store import workloads
from limen.messages import times
from limen.policy.access import shut_to_a_service
from limen.printable import visible

TASKS = ("add", "list", "revoke")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="add, list or revoke")],
    token: Annotated[str, typer.Argument(metavar="[ID]", help="With revoke: the token's ID, from the list")] = "",
    folder: LastFolder = Path(),
    *,
    workload: Annotated[str, typer.Option(help="With add: its owner; people create theirs in the portal")] = "",
    app: Annotated[str, typer.Option(help="With add: the app it is for, by ID; with list: only this app's")] = "",
    actions: Annotated[str, typer.Option(help="With add: view, download, edit, share, …, comma-separated")] = "view",
    days: Annotated[int, typer.Option(help="With add: how many days it is valid, at most 365")] = 90,
    name: Annotated[str, typer.Option(help="With add: what it is for, in a few words")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With add and list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("token", task, TASKS)
    token, folder = word_and_folder(token, folder)
    if bool(token) is not (task == "revoke"):
        raise LimenError(f"`limen token {task}` takes {'no' if token else 'an'} ID", "`limen token list` lists them")
    if bool(workload) is not (task == "add"):
        raise LimenError("a token created here belongs to a workload", "`limen token add --workload NAME --app ID`")
    now = SystemClock().now()
    with opened(folder, may_make=True) as here:
        if task == "list":
            _list(here, app, now, as_json=as_json)
        elif task == "revoke":
            ended = tokens.revoke_on_server(here.database, token, now, by=SERVER)
            print(f"{ended.name} no longer works for {ended.app}, effective from its next request.")
        else:
            wanted, apps = split_commas(actions), {known.id for known in load_company(folder).apps}
            refuse_unknown("app", [app], apps, "" if app else "set --app to its ID")
            issued = tokens.add_for_workload(here.database, workload, apps, app, wanted, days, name, now, by=SERVER)
            _show(issued, here.settings.zone, as_json=as_json)
            _warn(here, issued.token, now)


def _show(issued: Issued, zone: tzinfo, *, as_json: bool) -> None:
    token, until = issued.token, times.date(issued.token.expires_at, zone)
    if as_json:
        print(json.dumps({**_plain(token, ""), "secret": issued.secret}))
        return
    print(f"{token.name} may {_listed(token)} on {token.app}, until {until}. Its ID is {token.id}.")
    print("This is the token. It is shown only once and stored nowhere:\n")
    print(f"  {issued.secret}")


def _warn(here: Opened, token: AppToken, now: Instant) -> None:
    """Warn on standard error about what the policies in force would refuse to the token."""
    company = here.in_force_or_none()
    every = here.database.read(lambda snapshot: workloads.all_known(snapshot.connection))
    who = next(one for one in every if one.id == token.owner_id)
    if company is None or token.app not in company.all_apps:
        _say("No published revision has this app yet, so the token doesn't work.")
        return
    shut = shut_to_a_service(company.engine(), who.principal, company.all_apps[token.app], token.actions, now)
    for action, why in shut.items():
        _say(f"Under the current policies, {who.name} can't {action} there: {why}.")
    if shut:
        _say("Write a policy that gives its group access at strength 1: docs/how-to/git-webdav-and-scripts.md.")


def _say(text: str) -> None:
    print(visible(text), file=sys.stderr)


def _list(here: Opened, app: str, now: Instant, *, as_json: bool) -> None:
    def text(row: tuple[AppToken, str]) -> str:
        token, owner = row
        state = "revoked" if token.revoked_at else "expired" if now >= token.expires_at else ""
        until = state or f"until {times.date(token.expires_at, zone)}"
        used = f"used on {times.day(token.used_on, zone)} from {token.used_from}" if token.used_on else "never used"
        return (
            f"{token.id}: {token.name}, of {owner or token.owner_id}: {_listed(token)} on {token.app}, {until}; {used}"
        )

    def plain(row: tuple[AppToken, str]) -> dict[str, object]:
        return {**_plain(*row), "good": row[0].is_good(now)}

    zone = here.settings.zone
    rows = [row for row in here.database.read(tokens.listed) if app in {"", row[0].app}]
    print_rows(
        rows, text, plain, "There are no tokens. People create theirs in the portal, under Tokens.", as_json=as_json
    )


def _plain(token: AppToken, owner: str) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "owner": token.owner_id,
        "owner_name": owner,
        "app": token.app,
        "actions": sorted(token.actions),
        "made_at": token.made_at,
        "expires_at": token.expires_at,
        "used_on": token.used_on,
        "used_from": token.used_from,
        "revoked_at": token.revoked_at,
    }


def _listed(token: AppToken) -> str:
    return ", ".join(sorted(token.actions))
