"""`limen workload`: services with tokens of their own, added, renewed, listed and revoked on the server."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from limen.clock import Instant, SystemClock
from limen.company.load import load_company, load_settings
from limen.company.places import database_url
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.errors import LimenError
from limen.identity import workloads
from limen.identity.workloads import Issued, Listed
from limen.storage import Database

TASKS = ("add", "renew", "list", "revoke")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="add, renew, list or revoke")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The workload: small letters, digits, hyphens")] = "",
    *,
    apps: Annotated[str, typer.Option(help="With add: the apps it may ask about, by id, with commas")] = "",
    groups: Annotated[str, typer.Option(help="With add: its groups, by id, with commas")] = "",
    days: Annotated[int, typer.Option(help="With add and renew: how long the token is good")] = 90,
    folder: Annotated[Path, typer.Option(metavar="DIR", help="The company folder")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="With list: one JSON object a line")] = False,
) -> None:
    if task not in TASKS:
        raise LimenError(f"`limen workload` can't {task[:40]!r}", f"try {', '.join(TASKS)}")
    if bool(name) is (task == "list"):
        raise LimenError(f"`limen workload {task}` takes {'no' if name else 'a'} name", f"see `limen workload {task}`")
    now, settings = SystemClock().now(), load_settings(folder)
    database = Database.open(database_url(folder, settings))
    try:
        if task == "list":
            _list(database.read(workloads.listed), now, settings.zone, as_json=as_json)
        elif task == "revoke":
            workloads.revoke(database, name, now, by=SERVER)
            print(f"{name} and its tokens are good for nothing from now on.")
        elif task == "renew":
            _show(workloads.renew(database, name, days, now, by=SERVER), settings.zone)
        else:
            known, ids = _known(folder), _listed(apps)
            _hold(ids, known[0], "app")
            _hold(_listed(groups), known[1], "group")
            _show(workloads.add(database, name, ids, _listed(groups), days, now, by=SERVER), settings.zone)
    finally:
        database.close()


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _known(folder: Path) -> tuple[set[str], set[str]]:
    """The ids of the apps and groups of the folder."""
    company = load_company(folder)
    return {app.id for app in company.apps}, {group.id for group in company.groups}


def _hold(ids: list[str], known: set[str], what: str) -> None:
    for one in ids:
        if one not in known:
            raise LimenError(f"there is no {what} {shown(one)}", did_you_mean(one, known))


def _show(issued: Issued, zone: tzinfo) -> None:
    apps = ", ".join(sorted(issued.workload.apps))
    print(f"{issued.workload.name} may ask about {apps}, until {_day(issued.token.expires_at, zone)}.")
    print("This is its token. It is shown this once and kept nowhere:\n")
    print(f"  {issued.secret}\n")
    print("With it the service asks Limen whether others may do something (AuthZEN); it opens no app. For a token that")
    print(f"opens one: `limen token add --workload {issued.workload.name} --app ID`.")


def _list(found: list[Listed], now: Instant, zone: tzinfo, *, as_json: bool) -> None:
    for one in found:
        workload, good = one.workload, [token for token in one.tokens if now < token.expires_at]
        if as_json:
            tokens = [{"id": token.id, "expires_at": token.expires_at} for token in good]
            plain = {"id": workload.id, "name": workload.name, "active": workload.active, "tokens": tokens}
            print(json.dumps({**plain, "apps": sorted(workload.apps), "groups": sorted(workload.groups)}))
        elif not workload.active:
            print(f"{workload.name}: revoked")
        else:
            until = ", ".join(_day(token.expires_at, zone) for token in good)
            print(
                f"{workload.name}: may ask about {', '.join(sorted(workload.apps))}; "
                + (f"tokens good until {until}" if good else "no good token")
            )
    if not found and not as_json:
        print("There is no workload yet; `limen workload add NAME --apps ID,ID` makes one.")


def _day(instant: Instant, zone: tzinfo) -> str:
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%-d %b %Y %H:%M")
