"""`limen import people`: what a list would change, and with --yes the change itself; also while the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, Yes
from limen.cli.output import counted
from limen.clock import SystemClock
from limen.company.company import limen_app
from limen.company.gate import obstacles, people_of
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.facts import FactStore
from limen.identity.guesses import Guesses
from limen.identity.invitation import Invitations
from limen.identity.links import Links
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus
from limen.identity.people_csv import MAX_BYTES, PeopleFile, read_people
from limen.identity.people_import import Difference, Done, Invite, PeopleImport, difference
from limen.identity.ports import Ports
from limen.identity.store import people
from limen.storage import Snapshot
from limen.web.permissions import groups_that_guard

SHOWN = 50
NO_SERVER = "to be written to files in data/outbox, because no mail server is set up"


def run(
    what: Annotated[str, typer.Argument(metavar="people", help="What to import: people")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file: name, email, groups, language")],
    folder: LastFolder = Path(),
    *,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change (the default)")] = False,
    invite: Annotated[bool, typer.Option("--invite", help="Email an invitation to everyone new")] = False,
    as_: Annotated[str, typer.Option("--as", help="The administrator named in the emails, by address")] = "",
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Deactivate everyone who is not in the list")
    ] = False,
    administrators: Annotated[
        bool,
        typer.Option(
            "--administrators",
            help="Allow changes to roles: administrators, break-glass, helpdesk, auditors and similar",
        ),
    ] = False,
) -> None:
    if what != "people":
        raise LimenError(f"`limen import` can't import {what[:40]!r}", "try `limen import people FILE`")
    if as_ and not invite:
        raise LimenError("--as names the sender of invitations, but none are being sent", "add --invite")
    if yes and dry_run:
        raise LimenError("--yes and --dry-run can't be used together", "choose one of them")
    data = _read(file)
    with opened(folder) as here:
        company = here.in_force()
        read: PeopleFile = read_people(data, company.settings.groups)
        guarding = groups_that_guard(company.engine().policies, limen_app(company.settings))
        members = here.database.read(lambda snapshot: people.members(snapshot.connection))
        inviter = _inviter(members, as_) if invite else ""
        shown = difference(
            read, members, guarding=guarding, remove_missing=remove_missing, may_protected=administrators
        )
        _show(shown)
        if shown.problems:
            number = counted(len(shown.problems), "problem")
            raise LimenError(f"the list has {number}, and nothing was changed", "fix the list")
        if shown.is_nothing:
            print("Nothing would change.")
        elif yes:
            done = _apply(here, shown, by_mail=invite, inviter=inviter)
            where = "queued for sending" if company.settings.mail.server else NO_SERVER
            mailed = f", {counted(done.mailed, 'invitation')} {where}" if invite else ""
            print(f"Done: {done.added} added, {done.changed} changed, {done.deactivate} deactivated{mailed}.")
        else:
            print("Nothing was changed. To apply this, repeat the command with --yes.")


def _inviter(members: Iterable[Member], email: str) -> str:
    """The name in the mails: of the administrator with this address, or of the only one there is; "" for nobody."""
    there = [one.person for one in members if one.status is PersonStatus.ACTIVE]
    there = [one for one in there if ADMINISTRATORS in one.groups]
    if not email:
        return there[0].name if len(there) == 1 else ""
    named = [one.name for one in there if one.email.casefold() == email.strip().casefold()]
    if not named:
        raise LimenError(f"no active administrator has the address {email[:80]!r}", "`limen people` lists everyone")
    return named[0]


def _read(file: Path) -> bytes:
    """The file, up to one byte more than may be read, so that one that is too large is noticed."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise LimenError(f"{file} can't be read: {error.strerror}", "check the path") from None


def _show(shown: Difference) -> None:
    for problem in shown.problems:
        print(f"! {problem}")
    lines = [f"+ {row.name} <{row.email}> {', '.join(sorted(row.groups or ()))}".rstrip() for row in shown.new]
    for one in shown.changed:
        named = f", now called {one.row.name}" if one.is_renamed else ""
        joins = "".join(f" +{group}" for group in sorted(one.joins))
        leaves = "".join(f" -{group}" for group in sorted(one.leaves))
        lines.append(f"~ {one.member.person.name} <{one.row.email}>{named}{joins}{leaves}")
    if shown.goes:
        lines += [f"- {one.person.name} <{one.person.email}> is deactivated" for one in shown.missing]
    for line in lines[:SHOWN]:
        print(line)
    if len(lines) > SHOWN:
        print(f"… and {len(lines) - SHOWN:,} more")
    if shown.ignored:
        print(f"Ignored columns: {', '.join(shown.ignored)}")
    stays = "" if shown.goes else ", who stay (--remove-missing deactivates them)"
    print(
        f"{len(shown.new):,} new, {len(shown.changed):,} changed, {shown.unchanged:,} unchanged,"
        f" {len(shown.missing):,} not in the list{stays if shown.missing else ''}."
    )


def _apply(here: Opened, shown: Difference, *, by_mail: bool, inviter: str) -> Done:
    """The running server learns of it by the change feed, and sends the mails from the queue."""
    clock, company = SystemClock(), here.in_force()
    keyring = here.keyring(clock)

    def locked_out(snapshot: Snapshot) -> str:
        return obstacles(company, people_of(snapshot), clock.now())

    async def settled(_seq: int) -> None:
        """Nothing to wait for: a running server follows the change feed by itself."""

    def decides(*_: object) -> object:
        raise AssertionError

    ports = Ports(
        settings=here.settings,
        clock=clock,
        known=FactStore(),
        database=here.database,
        keyring=keyring,
        decide=decides,  # type: ignore[arg-type]
        settled=settled,
        say=lambda _event: None,
        locked_out=locked_out,
    )
    people_import = PeopleImport(ports, Invitations(ports, Links(ports, Guesses())), inviter)
    return asyncio.run(people_import.apply(shown, by=SERVER, invite=Invite.BY_MAIL if by_mail else Invite.LATER))
