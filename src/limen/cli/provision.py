"""`limen provision`: accounts that Limen keeps at apps, listed, compared, and what waits there for a word."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli.access_here import names_of, person_with
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import counted, print_rows
from limen.cli.typed_secret import secret_in, typed_secret
from limen.clock import Instant, SystemClock
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.connectors.scim.client import ScimApp
from limen.connectors.scim.users import FoundUser
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.facts import Person
from limen.facts.provision import Provision
from limen.identity.days import today
from limen.identity.store import people
from limen.messages import times
from limen.sso.provisioning import administering, store
from limen.sso.provisioning.apps import keep_secret
from limen.sso.provisioning.comparing import compare
from limen.sso.provisioning.listing import ListedApp, listed
from limen.sso.provisioning.model import HeldAccount, wanted
from limen.sso.provisioning.store import Difference
from limen.storage import Snapshot

TASKS: Final = ("list", "connect", "compare", "go-on", "link", "deactivate", "forget")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[APP]", help="The app's ID; list shows all where none is given")] = "",
    folder: LastFolder = Path(),
    *,
    file: Annotated[Path | None, typer.Option(help="With connect: a file that holds the token")] = None,
    account: Annotated[str, typer.Option(help="With link and deactivate: the app's ID of the account")] = "",
    person: Annotated[str, typer.Option(help="With link: the email address of the person whose it is")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With compare: show what differs, change nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("provision", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if not name and task != "list":
        raise LimenError(f"`limen provision {task}` takes an app", "`limen provision list` shows which there are")
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            _list(here, name, as_json=as_json)
            return
        if task == "forget":
            _forget(here, name)
            return
        provision = _in_force(here, name)
        match task:
            case "connect":
                _connect(here, name, provision, file, now)
            case "compare":
                _compare(here, name, provision, now, dry_run=dry_run, as_json=as_json)
            case "go-on":
                number = here.database.write(lambda t: administering.go_on(t, name, now, by=SERVER))
                print(f"Limen goes on with {counted(number, 'account')} while it runs.")
            case "link":
                _link(here, name, provision, account, person, now)
            case _:
                _needs_account(account)
                here.database.write(lambda t: administering.deactivate(t, name, account, now, by=SERVER))
                print("Limen asks the app to deactivate it while it runs.")


def _known(here: Opened) -> dict[str, Provision]:
    return {app.id: app.provision for app in here.in_force().apps if app.provision is not None}


def _in_force(here: Opened, name: str) -> Provision:
    known = _known(here)
    if name not in known:
        fix = did_you_mean(name, known, "add `provision` to it in apps.yaml and publish it with `limen apply`")
        raise LimenError(f"Limen keeps no accounts in {shown(name)}", fix)
    return known[name]


def _needs_account(account: str) -> None:
    if not account:
        raise LimenError("it is not said which account", "add `--account` with an ID from `limen provision list`")


# Listing


def _list(here: Opened, name: str, *, as_json: bool) -> None:
    known = _known(here)
    every = here.database.read(lambda snapshot: listed(snapshot, known))
    if name:
        every = [one for one in every if one.app == name]
    names, zone = names_of(here), here.settings.zone

    def text(one: ListedApp) -> str:
        lines = [f"{one.app}: {_state(here, one)}"]
        lines += [f"  {counted(number, 'account')} {state.value}" for state, number in sorted(one.counts.items())]
        if one.asking:
            lines.append(f"  STOPPED: {counted(one.asking, 'account')} wait for `limen provision go-on {one.app}`")
        for held in one.wrong:
            since = f", outstanding since {times.exact(held.left_at, zone)}" if held.left_at else ""
            lines.append(f"  {names.get(held.person_id, 'nobody here')}: {held.state.value}{since}; {held.error}")
        lines += [f"  {_said(found)}" for found in one.differences]
        return "\n".join(lines)

    nothing = "Limen keeps accounts in no app. Add `provision` to one in apps.yaml."
    print_rows(every, text, _plain, nothing, as_json=as_json)


def _said(found: Difference) -> str:
    detail = f" ({found.detail})" if found.detail else ""
    return f"{found.kind.value}: {found.user_name or 'no name'}, account {found.remote_id}{detail}"


def _state(here: Opened, one: ListedApp) -> str:
    if one.provision is None:
        return "apps.yaml says nothing of accounts there any more; they stay as they are"
    if not one.state.has_secret:
        return f"no token yet: `limen provision connect {one.app}`"
    if one.state.trouble:
        return f"in trouble: {one.state.trouble}"
    when = f"compared {times.date(one.state.done_at, here.settings.zone)}" if one.state.done_at else "not compared yet"
    return f"{one.state.error}; {when}" if one.state.error else when


def _plain(one: ListedApp) -> dict[str, Any]:
    return {
        "app": one.app,
        "url": one.provision.url if one.provision else "",
        "has_token": one.state.has_secret,
        "compared_at": one.state.done_at,
        "error": one.state.error,
        "trouble": one.state.trouble,
        "waits_for_answer": one.asking,
        "accounts": [_plain_account(held) for held in one.accounts],
        "differences": [_plain_difference(found) for found in one.differences],
    }


def _plain_account(one: HeldAccount) -> dict[str, Any]:
    return {
        "person": "" if one.is_nobodys else one.person_id,
        "account": one.remote_id,
        "state": one.state.value,
        "left_at": one.left_at,
        "off_at": one.off_at,
        "failures": one.failures,
        "error": one.error,
    }


def _plain_difference(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "account": one.remote_id,
        "user_name": one.user_name,
        "person": one.person_id,
        "attributes": one.detail.split(),
        "is_active": one.is_active,
    }


# Changing


def _connect(here: Opened, name: str, provision: Provision, file: Path | None, now: Instant) -> None:
    secret, keyring = secret_in(file) if file is not None else typed_secret("Token"), here.keyring()
    here.database.write(lambda t: keep_secret(t, keyring, name, provision, secret, now, by=SERVER))
    print(f"Stored. `limen provision compare {name} --dry-run` asks the app now, and changes nothing.")


def _compare(here: Opened, name: str, provision: Provision, now: Instant, *, dry_run: bool, as_json: bool) -> None:
    """Show what differs now. Without a dry run Limen compares it itself at its next turn, and mends it."""
    keyring = here.keyring()
    secret = here.database.read(lambda s: store.ASKED.secret_of(s.connection, keyring, name, provision.url))
    if not secret:
        raise LimenError(f"{name} has no token yet", f"store it: `limen provision connect {name}`")
    try:
        found = asyncio.run(_every(provision, secret))
    except VendorError as error:
        raise LimenError(f"{name} can't be compared: {error.what}", "see docs/how-to/accounts-at-apps.md") from None
    held = here.database.read(lambda s: store.accounts(s.connection, app=name))
    everybody, day = _everybody(here), today(here.settings, now).isoformat()
    users = {one.id: user for one in held if (user := wanted(everybody.get(one.person_id), provision, one.id, day))}
    addresses = {one.email.casefold(): one.id for one in everybody.values() if one.email}
    settled = {one.id for one in held}
    several = compare(held, users, found, addresses, now, settled=settled, app=name)
    print_rows(several, _said, _plain_difference, "It has what it should have, and nothing else.", as_json=as_json)
    if not dry_run:
        here.database.write(lambda t: store.ASKED.ask_soon(t.connection, name))
        if not as_json:
            print("Limen compares it within seconds while it runs, and mends what it may.")


def _everybody(here: Opened) -> dict[str, Person]:
    """Each with their first day, by their IDs."""

    def read(snapshot: Snapshot) -> dict[str, Person]:
        first_days = people.first_days(snapshot.connection)
        return {
            one.id: replace(one, first_day=day.isoformat()) if (day := first_days.get(one.id)) else one
            for one in people.everybody(snapshot.connection)
        }

    return here.database.read(read)


async def _every(provision: Provision, secret: str) -> list[FoundUser]:
    http = VendorClient(provision.url, Resolver)
    try:
        return await ScimApp(http, secret).every()
    finally:
        await http.close()


def _forget(here: Opened, name: str) -> None:
    """Of an app that Limen keeps no accounts in any more. Raises LimenError for one where it does."""
    if name in _known(here):
        raise LimenError(f"Limen keeps accounts in {name}", "remove `provision` from it in apps.yaml first")
    here.database.write(lambda t: store.forget_app(t.connection, name))
    print("Forgotten. Its accounts stay as they are.")


def _link(here: Opened, name: str, provision: Provision, account: str, address: str, now: Instant) -> None:
    _needs_account(account)
    whose, day = _everybody(here)[person_with(here, address).id], today(here.settings, now).isoformat()
    here.database.write(lambda t: administering.link(t, name, provision, account, whose, now, by=SERVER, today=day))
    print("Linked. Limen brings the account to what it is to be while it runs.")
