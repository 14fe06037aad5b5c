"""`limen account`: the accounts at vendors that people have to share, and their secrets: stored, never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import opened
from limen.cli.options import JsonLines, LastFolder, refuse_other_task, refuse_unknown
from limen.cli.output import print_rows
from limen.cli.typed_secret import typed_secret
from limen.clock import Instant, SystemClock
from limen.company.publish import SERVER
from limen.enforcement.brokered import store
from limen.enforcement.brokered.rotation import Account, accounts
from limen.enforcement.brokered.storing import fit_secret, remove_secret, store_secret
from limen.errors import LimenError
from limen.messages import times

TASKS: Final = ("list", "secret", "remove")


def run(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="list, secret or remove")] = "list",
    app: Annotated[str, typer.Argument(metavar="[APP]", help="With secret and remove: the app, by its ID")] = "",
    folder: LastFolder = Path(),
    *,
    as_json: JsonLines = False,
) -> None:
    """`account:` of an app in apps.yaml says which account it is. A running server uses a new secret at once."""
    if task == "list" and app:
        app, folder = "", Path(app)
    refuse_other_task("account", task, TASKS)
    with opened(folder) as here:
        apps = {one.id: one for one in here.in_force().apps}
        if task == "list":
            held = here.database.read(lambda snapshot: store.stored(snapshot.connection))
            zone = here.settings.zone
            print_rows(
                list(accounts(apps, held)),
                lambda one: _line(one, lambda at: times.day(at, zone)),
                _plain,
                "No app has an account that people share. `account:` in apps.yaml declares one.",
                as_json=as_json,
            )
            return
        if not app:
            raise LimenError("it is not said at which app", f"limen account {task} APP")
        shared = {one.app.id: one for one in accounts(apps, {})}
        refuse_unknown("app with a shared account", [app], shared)
        chosen, now = shared[app], SystemClock().now()
        if task == "secret":
            secret, keyring = fit_secret(typed_secret("Secret")), here.keyring()
            here.database.write(lambda t: store_secret(t, keyring, chosen.app, secret, now, by=SERVER))
            print(f"Stored. Limen signs people in at {app} as {chosen.account.user} from now on.")
            return
        is_gone = here.database.write(lambda transaction: remove_secret(transaction, app, now, by=SERVER))
        print(f"Removed. Nobody is signed in at {app} any more." if is_gone else f"There is no secret for {app}.")


def _line(one: Account, day: Callable[[Instant], str]) -> str:
    said = f"stored {day(one.stored_at)}, due {day(one.due_at)}" if one.stored_at else "no secret yet"
    return f"{one.app.id}  {one.account.user}  {said}"


def _plain(one: Account) -> dict[str, object]:
    return {
        "app": one.app.id,
        "account": one.account.user,
        "why": one.account.why,
        "stored_at": one.stored_at,
        "due_at": one.due_at,
    }
