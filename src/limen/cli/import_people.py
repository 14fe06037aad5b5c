"""`limen import people`: what a list would change, and with --yes the change itself; also while the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from limen.cli.identity_ports import invitations_of, ports_of, sources_of
from limen.cli.open_company import Opened, opened
from limen.cli.output import counted
from limen.clock import SystemClock
from limen.company.company import Company, limen_app
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity.days import today
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus
from limen.identity.people_csv import MAX_BYTES, PeopleFile, read_people
from limen.identity.people_import import Difference, Done, Invite, PeopleImport, difference
from limen.identity.store import people
from limen.policy.roles import groups_that_guard

SHOWN = 50
NO_SERVER = "to be written to files in data/outbox, because no mail server is set up"


def run(
    file: Path,
    folder: Path,
    *,
    yes: bool,
    dry_run: bool,
    invite: bool,
    as_: str,
    remove_missing: bool,
    administrators: bool,
) -> None:
    """`yes` applies it. `as_` is the address of the administrator whom invitations name."""
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
            read,
            members,
            guarding=guarding,
            owned=here.database.read(sources_of(here, company).ownerships),
            on=today(company.settings, SystemClock().now()),
            remove_missing=remove_missing,
            may_protected=administrators,
        )
        _show(shown)
        if shown.problems:
            number = counted(len(shown.problems), "problem")
            raise LimenError(f"the list has {number}, and nothing was changed", "fix the list")
        if shown.is_nothing:
            print("Nothing would change.")
        elif yes:
            done = _apply(here, company, shown, by_mail=invite, inviter=inviter)
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
        days = "".join(f", {name} {day}" for name, day in one.days.items())
        lines.append(f"~ {one.member.person.name} <{one.row.email}>{named}{joins}{leaves}{days}")
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


def _apply(here: Opened, company: Company, shown: Difference, *, by_mail: bool, inviter: str) -> Done:
    """The running server learns of it by the change feed, and sends the mails from the queue."""
    ports = ports_of(here, company)
    people_import = PeopleImport(ports, invitations_of(ports), inviter)
    return asyncio.run(people_import.apply(shown, by=SERVER, invite=Invite.BY_MAIL if by_mail else Invite.LATER))
