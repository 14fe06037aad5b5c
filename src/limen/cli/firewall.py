"""`limen firewall`: machines that enforce the network's rules, and rules that are tried, confirmed or undone there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, MisusedError, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.authors import SERVER
from limen.errors import LimenError
from limen.messages import times
from limen.network.firewalls import service, store
from limen.network.firewalls.service import Needs
from limen.network.firewalls.store import CONFIRMED, TRIAL, UNDONE, EnrolledFirewall, RulesetChange
from limen.storage import Snapshot

TASKS: Final = ("list", "setup", "apply", "confirm", "undo")
LONGEST_RULESET: Final = 64_000_000
WAITS_SECONDS: Final = 60.0
LOOKS_SECONDS: Final = 0.2


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The firewall; with all but list")] = "",
    folder: LastFolder = Path(),
    *,
    ruleset: Annotated[Path | None, typer.Option(help="With apply: the rules, as `nft -j` reads them")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="With apply: confirmed as soon as the firewall reached Limen with the rules")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
    wait: Annotated[bool, typer.Option(help="With apply: wait until the rules are in force, or refused")] = True,
) -> None:
    refuse_other_task("firewall", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise MisusedError(f"`limen firewall {task}` takes {'no name' if name else 'the name of a firewall'}")
    now = SystemClock().now()
    with opened(folder, may_make=task == "setup") as here:
        if task == "list":
            _list(here, as_json=as_json)
        elif task == "setup":
            _setup(here, name, now)
        elif task == "apply":
            _apply(here, name, _read(ruleset), "reach" if yes else "confirmation", now, waits=wait)
        else:
            state = CONFIRMED if task == "confirm" else UNDONE
            here.database.write(lambda write: service.decide_change(write, name, state, now, SERVER))
            print("Confirmed." if state == CONFIRMED else "The firewall goes back to the rules before.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A firewall that enrolled, and the newest change there."""

    firewall: EnrolledFirewall
    change: RulesetChange | None


def _list(here: Opened, *, as_json: bool) -> None:
    def read(snapshot: Snapshot) -> list[Listed]:
        connection = snapshot.connection
        return [
            Listed(one, next(iter(store.last_changes(connection, one.name, 1)), None))
            for one in store.firewalls(connection)
        ]

    def text(one: Listed) -> str:
        confirmed = f"rules {one.firewall.digest[:12]}" if one.firewall.digest else "no rules yet"
        change, zone = one.change, here.settings.zone
        if change is None:
            return f"{one.firewall.name}: {confirmed}"
        why = f", {change.why}" if change.why else ""
        return f"{one.firewall.name}: {confirmed}; last change {times.date(change.made_at, zone)}: {change.state}{why}"

    rows = here.database.read(read)
    print_rows(rows, text, _plain, "None has enrolled: `limen firewall setup NAME`.", as_json=as_json)


def _plain(one: Listed) -> dict[str, Any]:
    said: dict[str, Any] = {"name": one.firewall.name, "confirmed": one.firewall.digest}
    if one.change is not None:
        said |= {"change": one.change.id, "state": one.change.state, "why": one.change.why}
    return said


def _setup(here: Opened, name: str, now: Instant) -> None:
    from limen.web.network.firewalls import PROGRAM

    token = here.database.write(lambda transaction: service.make_token(transaction, name, now, SERVER))
    url = here.settings.public_url
    print(
        f"On {name}, as root:\n"
        f"  curl -fsSo limen-firewall {url}/network/firewall/program\n"
        f"  echo '{sha256(PROGRAM.read_bytes()).hexdigest()}  limen-firewall' | sha256sum -c\n"
        f"  python3 -I limen-firewall enrol {url}\n"
        f"It asks for this token, which works once and for a day:\n  {token}"
    )


def _read(ruleset: Path | None) -> str:
    if ruleset is None:
        raise MisusedError("name the rules: --ruleset rules.json")
    try:
        with ruleset.open("rb") as file:
            data = file.read(LONGEST_RULESET + 1)
        if len(data) > LONGEST_RULESET:
            raise LimenError(f"{ruleset} is longer than any ruleset", "check which file it is")
        return data.decode()
    except (OSError, UnicodeDecodeError) as wrong:
        raise LimenError(f"{ruleset} can't be read", "check its name, and that it is JSON") from wrong


def _apply(here: Opened, name: str, ruleset: str, needs: Needs, now: Instant, *, waits: bool) -> None:
    change = here.database.write(lambda write: service.make_change(write, name, ruleset, needs, now, SERVER))
    state, why = change.state, ""
    until = time.monotonic() + WAITS_SECONDS
    wanted = {CONFIRMED} if needs == "reach" else {TRIAL}
    while waits and (state == "waiting" or (state == TRIAL and TRIAL not in wanted)) and time.monotonic() < until:
        time.sleep(LOOKS_SECONDS)
        found = here.database.read(lambda snapshot: store.last_changes(snapshot.connection, name))
        state, why = next((one.state, one.why) for one in found if one.id == change.id)
    if state in {store.REFUSED, UNDONE}:
        raise LimenError(f"{name} did not take the rules: {why}", "what was in force before is in force")
    if state == TRIAL:
        print(f"In force on trial. Within a minute: limen firewall confirm {name}, or it goes back by itself.")
    elif state == CONFIRMED:
        print("In force, and confirmed.")
    else:
        print(f"Sent. {name} takes the rules when it asks; then confirm them: limen firewall confirm {name}")
