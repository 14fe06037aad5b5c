"""`limen directory`: directories and their groups, listed; Limen let into one; who is in its groups, asked now."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.access.membership.directories import Clients, forget_account, keep_secret
from limen.access.membership.listing import ListedDirectory, listed
from limen.access.membership.store import Membership
from limen.cli.access_here import names_of, person_with
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import counted, print_rows
from limen.cli.typed_secret import secret_in, typed_secret
from limen.clock import Instant, SystemClock
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.connectors.turns import BrokenOffError
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.facts.access_rules import FILE, NOTHING_TO_ASK, AccessRules
from limen.facts.directory import Directory, DirectoryKind
from limen.messages import times

TASKS: Final = ("list", "connect", "check", "forget-account")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="All but list: the directory in access.yaml")] = "",
    folder: LastFolder = Path(),
    *,
    file: Annotated[Path | None, typer.Option(help="With connect: a file that holds the secret, such as a key")] = None,
    person: Annotated[str, typer.Option(help="With forget-account: the person's email address")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("directory", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise LimenError(
            f"`limen directory {task}` takes {'no' if name else 'the'} name", "`limen directory list` shows names"
        )
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            _list(here, as_json=as_json)
            return
        directory = _in_force(here, name)
        if task == "connect":
            _connect(here, name, directory, file, now)
        elif task == "check":
            _check(here, name, directory, now, as_json=as_json)
        else:
            _forget(here, name, person, now)


def _rules(here: Opened) -> AccessRules:
    return here.in_force().parts.get(FILE) or NOTHING_TO_ASK


def _in_force(here: Opened, name: str) -> Directory:
    known = _rules(here).directories
    if name not in known:
        fix = did_you_mean(name, known, f"add it to `directories` in {FILE} and publish it with `limen apply`")
        raise LimenError(f"there is no directory {shown(name)} in force", fix)
    return known[name]


# Listing


def _list(here: Opened, *, as_json: bool) -> None:
    company, directories = here.in_force(), _rules(here).directories
    every = here.database.read(lambda snapshot: listed(snapshot, directories, company.all_apps.values()))
    names, zone = names_of(here), here.settings.zone

    def text(one: ListedDirectory) -> str:
        lines = [f"{one.name} ({one.directory.kind.value if one.directory else 'unknown'}): {_state(here, one)}"]
        for group in one.groups:
            lines.append(f"  {group.app.name if group.app else 'no app any more'}: {group.group}")
            for member in group.members:
                who, until = names.get(member.person, member.person), times.exact(member.until, zone)
                wrong = f"; {member.error}" if member.error else ""
                lines.append(f"    {who}: {member.state.value}, until {until}{wrong}")
            if group.strangers:
                lines.append(f"    WITHOUT A GRANT: {counted(len(group.strangers), 'member')}")
                lines += [f"      {stranger.value}" for stranger in group.strangers]
        return "\n".join(lines)

    nothing = f"There are none. Name them as `directories` in {FILE}."
    print_rows(every, text, _plain, nothing, as_json=as_json)


def _state(here: Opened, one: ListedDirectory) -> str:
    if one.directory is None:
        return f"{FILE} does not name it; what is in its groups stays there"
    if not one.state.has_secret:
        return f"no secret yet: `limen directory connect {one.name}`"
    when = f"last asked {times.date(one.state.done_at, here.settings.zone)}" if one.state.done_at else "not asked yet"
    return f"{one.state.error}; {when}" if one.state.error else when


def _plain(one: ListedDirectory) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.directory.kind.value if one.directory else "",
        "has_secret": one.state.has_secret,
        "done_at": one.state.done_at,
        "error": one.state.error,
        "groups": [
            {
                "group": group.group,
                "app": group.app.id if group.app else "",
                "members": [_plain_member(member) for member in group.members],
                "without_grant": [stranger.value for stranger in group.strangers],
            }
            for group in one.groups
        ],
    }


def _plain_member(one: Membership) -> dict[str, Any]:
    return {
        "person": one.person,
        "account": one.account.value,
        "grant": one.grant,
        "state": one.state.value,
        "until": one.until,
        "ends_there": one.ends_there,
        "error": one.error,
    }


# Getting in


def _connect(here: Opened, name: str, directory: Directory, file: Path | None, now: Instant) -> None:
    what = "Private key" if directory.kind is DirectoryKind.GOOGLE else "Secret"
    secret, keyring = secret_in(file) if file is not None else typed_secret(what), here.keyring()
    here.database.write(lambda t: keep_secret(t, keyring, name, directory, secret, now, by=SERVER))
    print(f"Stored. `limen directory check {name}` asks it now.")


def _check(here: Opened, name: str, directory: Directory, now: Instant, *, as_json: bool) -> None:
    """Ask how many are in each group, and change nothing. Raises LimenError where it can't be asked."""
    from limen.access.membership import store

    keyring = here.keyring()
    secret = here.database.read(lambda s: store.ASKED.secret_of(s.connection, keyring, name, directory.place))
    if not secret:
        raise LimenError(f"{name} has no secret yet", f"store it: `limen directory connect {name}`")
    apps = [app for app in here.in_force().all_apps.values() if app.group is not None and app.group.directory == name]
    groups = sorted({app.group.group for app in apps if app.group is not None})
    try:
        found = asyncio.run(_counted(directory, secret, groups, now))
    except (VendorError, BrokenOffError) as error:
        raise LimenError(f"{name} can't be asked: {error.what}", "see docs/how-to/directory-groups.md") from None
    nothing = f"{name} answers. No app of apps.yaml is a group there yet."
    print_rows(
        found.items(),
        lambda one: f"{one[0]}: {one[1] if isinstance(one[1], str) else counted(one[1], 'member')}",
        lambda one: {"group": one[0], **({"error": one[1]} if isinstance(one[1], str) else {"members": one[1]})},
        nothing,
        as_json=as_json,
    )


async def _counted(directory: Directory, secret: str, groups: list[str], now: Instant) -> dict[str, int | str]:
    """How many are in each, or what is wrong with it."""
    found: dict[str, int | str] = {}
    async with Clients(lambda origin: VendorClient(origin, Resolver)).opened(directory, secret, now) as client:
        for group in groups:
            try:
                found[group] = len(await client.members(group))
            except VendorError as error:
                found[group] = error.what
    return found


def _forget(here: Opened, name: str, address: str, now: Instant) -> None:
    someone = person_with(here, address)
    here.database.write(lambda t: forget_account(t, name, someone.id, now, by=SERVER))
    print("Forgotten. The account with their address is theirs from the next grant on.")
