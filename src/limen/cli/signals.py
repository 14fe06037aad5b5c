"""`limen signals`: services that are told security events, their streams, and the tokens by which they call. Those that
tell Limen: `received_signals.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli import received_signals
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import counted, print_rows
from limen.cli.received_signals import OF_ACCOUNTS, OF_TRANSMITTERS
from limen.clock import Instant, SystemClock, to_iso
from limen.company.publish import SERVER
from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.messages import times
from limen.sso.shared_signals import tokens
from limen.sso.shared_signals.administering import Administering
from limen.sso.shared_signals.configuration import WELL_KNOWN
from limen.sso.shared_signals.listing import ListedStream, listed
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile
from limen.sso.shared_signals.signals_file import FILE
from limen.sso.shared_signals.store import TOKENS, Status
from limen.storage import Transaction
from limen.storage.service_tokens import LIVES, ServiceToken

OF_RECEIVERS: Final = ("token", "tokens", "revoke")
OF_STREAMS: Final = ("verify", "pause", "enable", "end")
TASKS: Final = ("list", *OF_RECEIVERS, *OF_STREAMS, *OF_TRANSMITTERS)
NAMELESS: Final = frozenset({"list", "received", "open"})
_STATUSES: Final = {"pause": Status.PAUSED, "enable": Status.ENABLED}
_DONE: Final = {
    "verify": "A verification is sent while Limen runs.",
    "pause": "Paused: what happens is kept for it, for seven days at most.",
    "enable": "Enabled.",
    "end": "Ended, with what waited for it.",
}


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="With token and tokens: a receiver; with revoke: a token; with verify, pause, enable and end: a "
            "stream; else a transmitter",
        ),
    ] = "",
    folder: LastFolder = Path(),
    *,
    reason: Annotated[str, typer.Option(help="With pause and enable: what the receiver is told")] = "",
    file: Annotated[Path | None, typer.Option(help="With connect: a file that holds the token")] = None,
    person: Annotated[str, typer.Option(help="With disable and keep: the person's email address")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="With list, tokens, received and open: print one JSON object per line")
    ] = False,
) -> None:
    refuse_other_task("signals", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if (task == "list" and name) or (not name and task not in NAMELESS):
        takes = "no name" if name else "a name"
        raise LimenError(f"`limen signals {task}` takes {takes}", "see `limen signals list`")
    if reason and task not in _STATUSES:
        raise LimenError("--reason belongs to pause and enable", "leave it out")
    if bool(person) is not (task in OF_ACCOUNTS):
        raise LimenError("--person belongs to disable and keep", "see `limen signals open`")
    now = SystemClock().now()
    with opened(folder) as here:
        if task in OF_TRANSMITTERS:
            received_signals.run(here, task, name, now, file=file, person=person, as_json=as_json)
        else:
            _of_receivers(here, task, name, reason, now, as_json=as_json)


def _of_receivers(here: Opened, task: str, name: str, reason: str, now: Instant, *, as_json: bool) -> None:
    file = here.in_force().parts.get(FILE) or SignalsFile()
    if task == "list":
        _list(here, file, as_json=as_json)
    elif task == "token":
        _make_token(here, _receiver(file, name), now)
    elif task == "tokens":
        _tokens(here, _receiver(file, name), now, as_json=as_json)
    elif task == "revoke":
        here.database.write(lambda t: tokens.end(t, name, now, by=SERVER))
        print("Revoked: it opens nothing any more.")
    else:
        administering = Administering(here.settings.public_url, file)
        here.database.write(lambda t: _decide(t, administering, task, name, reason, now))
        print(_DONE[task])


def _receiver(file: SignalsFile, name: str) -> SignalReceiver:
    found = file.receiver(name)
    if found is None:
        known = [one.id for one in file.receivers]
        raise LimenError(*unknown("receiver of signals", name, known, "add it to signals.yaml and publish it"))
    return found


def _decide(
    transaction: Transaction, administering: Administering, task: str, stream: str, reason: str, now: Instant
) -> None:
    if task == "verify":
        administering.verify(transaction, stream, now)
    elif task == "end":
        administering.end(transaction, stream, now, by=SERVER)
    else:
        administering.set_status(transaction, stream, _STATUSES[task], reason, now, by=SERVER)


# Listing


def _list(here: Opened, file: SignalsFile, *, as_json: bool) -> None:
    def text(one: ListedStream) -> str:
        stream = one.stream
        way = f"pushed to {stream.place}" if stream.is_pushed else "polled"
        heard = (
            f"last taken {times.exact(stream.heard_at, here.settings.zone)}" if stream.heard_at else "nothing taken yet"
        )
        lines = [
            f"{one.name}: {stream.id}, {stream.status.value}, {way}, {counted(one.waiting, 'event')} waiting, {heard}"
        ]
        if stream.failures:
            since = times.exact(stream.failing_since, here.settings.zone)
            lines.append(f"  FAILING since {since}: {stream.error}")
        if stream.status is not Status.ENABLED:
            lines.append(
                f"  {stream.status.value} by {stream.changed_by.value}{f': {stream.reason}' if stream.reason else ''}"
            )
        return "\n".join(lines)

    every = here.database.read(lambda snapshot: listed(snapshot, file.receivers))
    silent = [one.id for one in file.receivers if all(one.id != each.stream.receiver for each in every)]
    nothing = "No service has a stream yet."
    if silent:
        nothing += f" `limen signals token {silent[0]}` creates the token with which it makes one."
    elif not file.receivers:
        nothing += " Name those that may be told below `receivers` in signals.yaml."
    print_rows(every, text, ListedStream.as_json, nothing, as_json=as_json)


def _make_token(here: Opened, receiver: SignalReceiver, now: Instant) -> None:
    secret = here.database.write(lambda t: tokens.make(t, receiver, now, by=SERVER))
    print(f"Configuration: {here.settings.public_url}{WELL_KNOWN}")
    print(f"Token:         {secret}")
    print(f"It is shown only now, and valid until {to_iso(now + LIVES)}. Put it into {receiver.name}.")


def _tokens(here: Opened, receiver: SignalReceiver, now: Instant, *, as_json: bool) -> None:
    def text(one: ServiceToken) -> str:
        used = f"last used {to_iso(one.used_at)}" if one.used_at else "never used"
        return f"{one.id}: valid until {to_iso(one.expires_at)}; {used}"

    def plain(one: ServiceToken) -> dict[str, Any]:
        return {"id": one.id, "made_at": one.made_at, "expires_at": one.expires_at, "used_at": one.used_at}

    held = here.database.read(lambda s: TOKENS.of(s.connection, receiver.id, now))
    nothing = f"{receiver.name} has no token: `limen signals token {receiver.id}` creates one."
    print_rows(held, text, plain, nothing, as_json=as_json)
