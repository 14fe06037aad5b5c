"""`limen service-account`: accounts of programs in directories, listed; claimed by somebody who answers for them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.access.service_accounts import store
from limen.access.service_accounts.model import ServiceAccount
from limen.access.service_accounts.service import Claim, claim, release
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.authors import names_of
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity import workloads
from limen.messages import times
from limen.storage import Transaction

TASKS: Final = ("list", "claim", "release")


def run(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="list, claim or release")] = "list",
    account: Annotated[str, typer.Argument(metavar="[ID]", help="With claim and release: the account's ID")] = "",
    folder: LastFolder = Path(),
    *,
    owner: Annotated[str, typer.Option(help="With claim: who answers for it, by email address")] = "",
    purpose: Annotated[str, typer.Option(help="With claim: what it is for, in one line")] = "",
    ends: Annotated[str, typer.Option(help="With claim: until which day, as 2027-06-30, within a year")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("service-account", task, TASKS)
    account, folder = word_and_folder(account, folder)
    if bool(account) is (task == "list"):
        raise LimenError(
            f"`limen service-account {task}` takes {'no' if account else 'an'} ID", "`limen service-account` lists them"
        )
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            _list(here, now, as_json=as_json)
        elif task == "claim":
            kept = here.database.write(lambda t: _claim(t, here, account, owner, purpose, ends, now))
            print(f"{owner} answers for {kept.name} until {times.date(kept.until - 1, here.settings.zone)}.")
        else:
            here.database.write(lambda t: release(t, account, now, by=SERVER))
            print("Released: nobody answers for it now.")


def _claim(
    transaction: Transaction, here: Opened, account: str, owner: str, purpose: str, ends: str, now: Instant
) -> ServiceAccount:
    if not (owner and purpose and ends):
        raise LimenError("a service account needs an owner, a purpose and an end", "set --owner, --purpose and --ends")
    said = Claim(workloads.owner_of(transaction, owner), purpose, workloads.end_of_day(ends, here.settings.zone))
    return claim(transaction, account, said, now, by=SERVER)


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    names, zone = here.database.read(names_of), here.settings.zone

    def plain(one: ServiceAccount) -> dict[str, object]:
        found = {"is_claimed": one.is_claimed(now), "has_old_secret": one.has_old_secret(now)}
        return {**asdict(one), **found, "never_expires": one.never_expires}

    def text(one: ServiceAccount) -> str:
        until = f"until {times.date(one.until - 1, zone)}" if one.owner else ""
        whose = f"{names.get(one.owner, one.owner)}: {one.purpose}, {until}" if one.owner else "nobody answers for it"
        old = "; its secret is old" if one.has_old_secret(now) else ""
        never = "; its secret never expires" if one.never_expires else ""
        disabled = " (disabled)" if not one.is_active else ""
        return f"{one.id}  {one.directory}: {one.name}{disabled}: {whose}{old}{never}"

    nothing = "None are known. `limen directory connect` lets Limen into a directory; a running server asks it."
    print_rows(here.database.read(lambda s: store.every(s.connection)), text, plain, nothing, as_json=as_json)
