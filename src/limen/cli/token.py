"""`limen token`: tokens of programs, each for one app; made for workloads, listed and revoked on the server."""

from __future__ import annotations

import json
import sys
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from limen.clock import Instant, SystemClock
from limen.company import store as companies
from limen.company.load import load_company, load_settings
from limen.company.places import database_url
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.errors import LimenError
from limen.facts import Person
from limen.identity import tokens
from limen.identity.app_token import AppToken, Issued
from limen.identity.store import workloads
from limen.policy.access import shut_to_a_service
from limen.printable import visible
from limen.storage import Database

TASKS = ("add", "list", "revoke")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="add, list or revoke")],
    token: Annotated[str, typer.Argument(metavar="[ID]", help="With revoke: the token's id, from the list")] = "",
    *,
    workload: Annotated[str, typer.Option(help="With add: whose it is; people make theirs in the portal")] = "",
    app: Annotated[str, typer.Option(help="With add: the one app it opens, by id; with list: only of this app")] = "",
    actions: Annotated[str, typer.Option(help="With add: view, download, edit, share, …, with commas")] = "view",
    days: Annotated[int, typer.Option(help="With add: how long it is good, at most 365")] = 90,
    name: Annotated[str, typer.Option(help="With add: what it is for, in a few words")] = "",
    folder: Annotated[Path, typer.Option(metavar="DIR", help="The company folder")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="With add and list: one JSON object a line")] = False,
) -> None:
    if task not in TASKS:
        raise LimenError(f"`limen token` can't {task[:40]!r}", f"try {', '.join(TASKS)}")
    if bool(token) is not (task == "revoke"):
        raise LimenError(f"`limen token {task}` takes {'no' if token else 'a'} id", "`limen token list` names them")
    if bool(workload) is not (task == "add"):
        raise LimenError("a token made here is a workload's", "`limen token add --workload NAME --app ID`")
    now, settings = SystemClock().now(), load_settings(folder)
    database = Database.open(database_url(folder, settings))
    try:
        if task == "list":
            _list(database, app, now, settings.zone, as_json=as_json)
        elif task == "revoke":
            ended = tokens.revoke_on_server(database, token, now, by=SERVER)
            print(f"{ended.name} opens {ended.app} no more, from its next request on.")
        else:
            wanted = [one.strip() for one in actions.split(",") if one.strip()]
            apps = _apps(folder, app)
            issued = tokens.add_for_workload(database, workload, apps, app, wanted, days, name, now, by=SERVER)
            _show(issued, settings.zone, as_json=as_json)
            _warn(database, issued.token, now)
    finally:
        database.close()


def _apps(folder: Path, app: str) -> set[str]:
    ids = {one.id for one in load_company(folder).apps}
    if app not in ids:
        raise LimenError(f"there is no app {shown(app)}", did_you_mean(app, ids) or "say --app with its id")
    return ids


def _show(issued: Issued, zone: tzinfo, *, as_json: bool) -> None:
    token = issued.token
    if as_json:
        print(json.dumps({**_plain(token, ""), "secret": issued.secret}))
        return
    print(
        f"{token.name} may {_listed(token)} on {token.app}, until {_day(token.expires_at, zone)}. Its id is {token.id}."
    )
    print("This is the token. It is shown this once and kept nowhere:\n")
    print(f"  {issued.secret}")


def _warn(database: Database, token: AppToken, now: Instant) -> None:
    """Say, beside what a program reads, what of it the policies in force would refuse."""
    newest = database.read(companies.newest)
    company = None if newest is None else database.read(lambda snapshot: companies.company_of(snapshot, newest.id))
    every = database.read(lambda snapshot: workloads.all_known(snapshot.connection))
    who = next(one for one in every if one.id == token.owner_id)
    if company is None or token.app not in company.all_apps:
        _say("Nothing is published yet that knows this app, so the token opens nothing.")
        return
    service = Person(who.id, who.name, groups=who.groups, active=who.active, is_workload=True)
    shut = shut_to_a_service(company.engine(), service, company.all_apps[token.app], token.actions, now)
    for action, why in shut.items():
        _say(f"As the policies are now, {who.name} may not {action} there: {why}.")
    if shut:
        _say("Write a policy that lets its group in at a strength of 1: docs/how-to/git-webdav-and-scripts.md.")


def _say(text: str) -> None:
    print(visible(text), file=sys.stderr)


def _list(database: Database, app: str, now: Instant, zone: tzinfo, *, as_json: bool) -> None:
    found = [(one, owner) for one, owner in database.read(tokens.listed) if app in {"", one.app}]
    for one, owner in found:
        if as_json:
            print(json.dumps({**_plain(one, owner), "good": one.is_good(now)}))
            continue
        state = "revoked" if one.revoked_at else "expired" if now >= one.expires_at else ""
        until = state or f"until {_day(one.expires_at, zone)}"
        used = f"used on {_day(one.used_on, zone)[:-6]} from {one.used_from}" if one.used_on else "never used"
        print(f"{one.id}: {one.name}, of {owner or one.owner_id}: {_listed(one)} on {one.app}, {until}; {used}")
    if not found and not as_json:
        print("There is no token. People make theirs in the portal, under Tokens.")


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


def _day(instant: Instant, zone: tzinfo) -> str:
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%-d %b %Y %H:%M")
