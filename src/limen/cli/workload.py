"""`limen workload`: services with tokens of their own, each with an owner, a purpose and an end."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, refuse_other_task, refuse_unknown, split_commas, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity import workloads
from limen.identity.model import Terms, WorkloadToken
from limen.identity.workloads import Issued, Listed
from limen.messages import times
from limen.storage import Database

TASKS = ("add", "renew", "describe", "list", "revoke")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="add, renew, describe, list or revoke")],
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="The workload: lowercase letters, digits, hyphens")
    ] = "",
    folder: LastFolder = Path(),
    *,
    apps: Annotated[str, typer.Option(help="With add: the apps it may query, by ID, comma-separated")] = "",
    groups: Annotated[str, typer.Option(help="With add: its groups, by ID, comma-separated")] = "",
    owner: Annotated[str, typer.Option(help="With add and describe: who answers for it, by email address")] = "",
    purpose: Annotated[str, typer.Option(help="With add and describe: what it is for, in one line")] = "",
    ends: Annotated[
        str, typer.Option(help="With add and describe: its last day, as 2027-06-30, within a year from now")
    ] = "",
    days: Annotated[int, typer.Option(help="With add and renew: how many days the token is valid")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("workload", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise LimenError(f"`limen workload {task}` takes {'no' if name else 'a'} name", f"see `limen workload {task}`")
    now = SystemClock().now()
    with opened(folder, may_make=True) as here:
        database, zone = here.database, here.settings.zone
        if task == "list":
            _list(database.read(workloads.listed), now, zone, as_json=as_json)
        elif task == "revoke":
            workloads.revoke(database, name, now, by=SERVER)
            print(f"{name} is revoked: its tokens no longer work.")
        elif task == "describe":
            terms = _terms(database, owner, purpose, ends, zone)
            told = database.write(lambda t: workloads.describe(t, name, terms, now, by=SERVER))
            print(f"{name} ends after {times.date(told.expires_at - 1, zone)}, unless this is put off.")
        elif task == "renew":
            _show(workloads.renew(database, name, days, now, by=SERVER), zone)
        else:
            company, its_apps, its_groups = load_company(folder), split_commas(apps), split_commas(groups)
            refuse_unknown("app", its_apps, {app.id for app in company.apps})
            refuse_unknown("group", its_groups, company.settings.groups)
            terms = _terms(database, owner, purpose, ends, zone)
            _show(workloads.add(database, name, its_apps, its_groups, days, now, terms=terms, by=SERVER), zone)


def _terms(database: Database, owner: str, purpose: str, ends: str, zone: tzinfo) -> Terms:
    """What was said of it. Raises LimenError where something is missing."""
    missing = [option for option, text in (("--owner", owner), ("--purpose", purpose), ("--ends", ends)) if not text]
    if missing:
        raise LimenError(
            f"a workload needs an owner, a purpose and an end: {', '.join(missing)} is missing",
            'for instance --owner ada@harbor.example --purpose "Sends the invoices" --ends 2027-06-30',
        )
    until = workloads.end_of_day(ends, zone)
    return Terms(database.read(lambda snapshot: workloads.owner_of(snapshot, owner)), purpose, until)


def _show(issued: Issued, zone: tzinfo) -> None:
    apps = ", ".join(sorted(issued.workload.apps))
    print(f"{issued.workload.name} may ask about {apps}, until {times.date(issued.token.expires_at, zone)}.")
    print("This is its token. It is shown only once and stored nowhere:\n")
    print(f"  {issued.secret}\n")
    print("The service uses it to ask Limen whether others may do something (AuthZEN). It gives access to no app; for")
    print(f"that, use `limen token add --workload {issued.workload.name} --app ID`.")


def _list(rows: list[Listed], now: Instant, zone: tzinfo, *, as_json: bool) -> None:
    def good(row: Listed) -> list[WorkloadToken]:
        return [token for token in row.tokens if now < token.expires_at]

    def plain(row: Listed) -> dict[str, object]:
        workload, tokens = row.workload, [{"id": token.id, "expires_at": token.expires_at} for token in good(row)]
        found = {"id": workload.id, "name": workload.name, "active": workload.active, "tokens": tokens}
        found |= {"owner": workload.owner, "purpose": workload.purpose, "expires_at": workload.expires_at}
        found["is_over"] = workload.is_over(now)
        return {**found, "apps": sorted(workload.apps), "groups": sorted(workload.groups)}

    def text(row: Listed) -> str:
        if not row.workload.active:
            return f"{row.workload.name}: revoked"
        if row.workload.is_over(now):
            ended = times.date(row.workload.expires_at, zone)
            return f"{row.workload.name}: ended on {ended}; `limen workload describe` puts it off"
        until = ", ".join(times.date(token.expires_at, zone) for token in good(row))
        tokens = f"tokens valid until {until}" if until else "no valid token"
        ends = f"ends after {times.date(row.workload.expires_at - 1, zone)}"
        purpose = row.workload.purpose or "nobody has said what it is for"
        apps = ", ".join(sorted(row.workload.apps))
        return f"{row.workload.name} ({purpose}): may ask about {apps}; {tokens}; {ends}"

    nothing = "There are no workloads yet. Add one with `limen workload add NAME --apps ID,ID` and its owner."
    print_rows(rows, text, plain, nothing, as_json=as_json)
