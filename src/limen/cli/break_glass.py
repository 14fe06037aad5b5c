"""`limen break-glass`: on the server itself, half an hour of the console for one person, whatever the policies say."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.options import Folder
from limen.clock import MINUTE, SystemClock
from limen.company.load import load_settings
from limen.company.places import (
    break_glass_file,
    data_folder,
    database_of,
    database_url,
    journal_folder,
    key_file,
    own_chain,
)
from limen.errors import LimenError
from limen.events import Event
from limen.front.places import Places
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus
from limen.identity.store import people
from limen.settings import Settings
from limen.storage import Database, Keyring, master_key
from limen.storage.break_glass import KIND, LINK_MS, OPEN_MS, BreakGlass, new_event_id, rehearse
from limen.storage.database import read_as_it_lies
from limen.storage.journal.emergency import EMERGENCY_FILE, EmergencySegment
from limen.storage.keyring import journal_key


def run(
    folder: Folder = Path(),
    *,
    person: Annotated[str, typer.Option(help="Who gets it: an email address or ID")] = "",
    reason: Annotated[str, typer.Option("-m", "--message", help="Why, in one line; recorded in the journal")] = "",
    end: Annotated[bool, typer.Option("--end", help="End the open session, and cancel an unused link")] = False,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Test every step without opening anything")] = False,
) -> None:
    if sum((bool(reason), end, rehearse)) != 1:
        raise LimenError("these options can't be combined", "use --person with -m WHY, or --end, or --rehearse")
    ground = _stand_on(folder)
    if end:
        print(_end(ground))
    elif rehearse:
        print(_rehearse(ground, person))
    else:
        print(_issue(ground, person, reason))


@dataclass(frozen=True, slots=True)
class _Ground:
    """What break-glass works with. `members` is None where the database can't be read: it goes on without them."""

    settings: Settings
    data: Path
    glass: BreakGlass
    emergency: EmergencySegment
    members: list[Member] | None


def _stand_on(folder: Path) -> _Ground:
    """Only the settings, the master key and two files are needed; no policy is read."""
    settings = load_settings(folder)
    data = data_folder(folder, settings)
    journal = journal_folder(folder, settings) / own_chain(folder, settings)
    if not journal.is_dir():
        raise LimenError(f"Limen has never run here: there is no {journal}", "give the folder that `limen serve` uses")
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise LimenError(f"{data} can't be written", "run this as Limen's user, or as root")
    members, keys = _from_database(folder, settings, master_key(key_file(folder, settings), os.environ))
    return _Ground(
        settings,
        data,
        BreakGlass(break_glass_file(folder, settings), keys),
        EmergencySegment(journal / EMERGENCY_FILE, keys),
        members,
    )


def _from_database(folder: Path, settings: Settings, master: bytes) -> tuple[list[Member] | None, tuple[bytes, ...]]:
    """Everybody, and the keys. Without the database, which may be what is broken, the master key is enough."""
    try:
        database = Database.open(database_of(folder, settings))
        try:
            keys = Keyring.open(database, master).journal_keys
            return database.read(lambda snapshot: people.members(snapshot.connection)), keys
        finally:
            database.close()
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, this is the way that works without
        keys = (journal_key(master),)
    try:
        return read_as_it_lies(
            database_url(folder, settings), lambda snapshot: people.members(snapshot.connection)
        ), keys
    except Exception:  # noqa: BLE001
        return None, keys


def _issue(ground: _Ground, wanted: str, reason: str) -> str:
    person, name = _chosen(ground.members, wanted)
    now = SystemClock().now()
    token = ground.glass.issue(person, reason, new_event_id(now), now, ground.emergency.append)
    lines = [
        f"Break-glass for {name}. Open this once, within {LINK_MS // MINUTE} minutes:",
        "",
        f"  {ground.settings.public_url}/break-glass#{token}",
        "",
        (
            f"It opens the console for {OPEN_MS // MINUTE} minutes, and nothing else; `limen break-glass --end` "
            "ends it early."
        ),
    ]
    if ground.members is None:
        lines.append("The database can't be read, so this person's status was not checked; the server will check it.")
    if not _answers(ground.settings, ground.data):
        lines.append("Limen isn't running. Start `limen serve`, then open the link.")
    return "\n".join(lines)


def _chosen(members: list[Member] | None, wanted: str) -> tuple[str, str]:
    """The id and the name of one active person. Raises LimenError."""
    if not wanted:
        raise LimenError("break-glass is for one person", "name the person with --person, by email address or ID")
    if members is None:
        if "@" in wanted:
            raise LimenError(
                "the database can't be read, so people can't be looked up by address", "give the person's ID (p_…)"
            )
        return wanted, wanted
    active = [one for one in members if one.status is PersonStatus.ACTIVE]
    for one in active:
        if wanted.casefold() in {one.person.id, one.person.email.casefold()}:
            return one.person.id, one.person.name
    administrators = [one.person.email for one in active if ADMINISTRATORS in one.person.groups]
    known = f"administrators are {', '.join(administrators[:5])}" if administrators else "there is no administrator yet"
    raise LimenError(f"there is no active person {wanted[:80]!r}", known)


def _end(ground: _Ground) -> str:
    before = ground.glass.end()
    if before is None:
        return "Nothing was open."
    now = SystemClock().now()
    ground.emergency.append(
        Event(
            id=new_event_id(now),
            at=now,
            kind=KIND,
            subject=before.person,
            session=before.session,
            reason="ended",
            details={"issued": before.event},
        )
    )
    return "Break-glass has ended: its link and session no longer work."


def _rehearse(ground: _Ground, wanted: str) -> str:
    """Try every step of break-glass; nothing is opened and no link is made."""
    room = rehearse(ground.glass, ground.emergency)
    lines = ["The state of break-glass can be written and read.", f"Its journal has room for {room} events."]
    if ground.members is None:
        lines.append("The database can't be read: use people's IDs instead.")
    elif wanted:
        lines.append(f"{_chosen(ground.members, wanted)[1]} is active.")
    elif not any(one.status is PersonStatus.ACTIVE for one in ground.members):
        raise LimenError("nobody is active yet", "`limen serve` prints the first administrator's link")
    if not _answers(ground.settings, ground.data):
        lines.append("Limen isn't running; it must be running for the link to be opened.")
    lines.append("Break-glass would work. Nothing was opened.")
    return "\n".join(lines)


def _answers(settings: Settings, data: Path) -> bool:
    """Whether anything listens where Limen does: on its address, or on the socket behind its own front."""
    if _connects_to(Places(data.resolve() / "front").limen_socket):
        return True
    host, _, port = settings.listen.address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=1):
            return True
    except (OSError, ValueError):
        return False


def _connects_to(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(1)
        try:
            asking.connect(str(path))
        except OSError:  # nobody listens there, or its path is too long for a socket
            return False
    return True
