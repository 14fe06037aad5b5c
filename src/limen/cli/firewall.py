"""`limen firewall`: machines that enforce the network's rules, and rules that are tried, confirmed or undone there."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli import firewall_gear, firewall_text
from limen.cli.firewall_gear import At
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, MisusedError, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import SECOND, Instant, SystemClock
from limen.company.authors import SERVER
from limen.errors import LimenError
from limen.messages import times
from limen.network.firewalls import changes, service, store
from limen.network.firewalls.changes import Needs
from limen.network.firewalls.intended import Intended, firewall_called, intended
from limen.network.firewalls.store import CONFIRMED, TRIAL, UNDONE, EnrolledFirewall, RulesetChange
from limen.network.model import FILE, NFTABLES, Network
from limen.network.shapes import MAKERS
from limen.storage import Snapshot

TASKS: Final = ("list", "setup", "plan", "apply", "confirm", "undo")
WAITS_SECONDS: Final = 60.0
LOOKS_SECONDS: Final = 0.2


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The firewall; with all but list")] = "",
    folder: LastFolder = Path(),
    *,
    key: Annotated[
        Path | None, typer.Option(help="Of a cloud or gear: a file with the key to its interface, as `name = value`")
    ] = None,
    now: Annotated[
        list[Path] | None,
        typer.Option(
            help="With plan: what a firewall that is not asked has now, as its own tool prints it; can be repeated"
        ),
    ] = None,
    terraform: Annotated[
        Path | None, typer.Option(help="With plan of a cloud: write its rules to a file *.tf.json")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With plan of a FortiGate, Palo Alto, Cisco or Windows: write its text to a new file"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="With apply: confirmed as soon as the rules are in force and read back")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With list and plan: print JSON, one object per line")
    ] = False,
    wait: Annotated[bool, typer.Option(help="With apply: wait until the rules are in force, or refused")] = True,
) -> None:
    refuse_other_task("firewall", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise MisusedError(f"`limen firewall {task}` takes {'no name' if name else 'the name of a firewall'}")
    now_at = SystemClock().now()
    with opened(folder, may_make=task == "setup") as here:
        if task == "list":
            _list(here, now_at, as_json=as_json)
            return
        if task == "setup":
            _setup(here, name, now_at)
            return
        at = _at(here, name, now_at)
        if at is not None and at.firewall.kind in MAKERS:
            _by_text(task, at, now or [], out, is_misused=bool(key or terraform), as_json=as_json)
        elif out:
            raise MisusedError(f"--out is for a firewall of {', '.join(MAKERS)}")
        elif at is not None:
            _by_interface(task, at, key, now or [], terraform, is_sure=yes, as_json=as_json)
        elif key or now or terraform:
            raise MisusedError(f"--key, --now and --terraform are not for a firewall of {NFTABLES}")
        else:
            _by_program(here, task, name, now_at, is_sure=yes, as_json=as_json, waits=wait)


def _by_program(here: Opened, task: str, name: str, now: Instant, *, is_sure: bool, as_json: bool, waits: bool) -> None:
    """What Limen's program enforces."""
    if task == "plan":
        _plan(here, name, _intended(here, name, now), as_json=as_json)
    elif task == "apply":
        _apply(here, name, _intended(here, name, now).ruleset, "reach" if is_sure else "confirmation", now, waits=waits)
    else:
        state = CONFIRMED if task == "confirm" else UNDONE
        here.database.write(lambda write: changes.decide_change(write, name, state, now, SERVER))
        print("Confirmed." if state == CONFIRMED else "The firewall goes back to the rules before.")


def _by_text(task: str, at: At, now: list[Path], out: Path | None, *, is_misused: bool, as_json: bool) -> None:
    """What Limen asks nothing of."""
    if is_misused:
        raise MisusedError(f"--key and --terraform are not for a firewall of {at.firewall.kind}")
    if task == "plan":
        firewall_text.plan(at, now, out, as_json=as_json)
    else:
        firewall_text.refuse(at)


def _by_interface(
    task: str, at: At, key: Path | None, now: list[Path], terraform: Path | None, *, is_sure: bool, as_json: bool
) -> None:
    """What has an interface of its own."""
    if task == "plan":
        firewall_gear.plan(at, key, now, terraform, as_json=as_json)
    elif task == "apply":
        firewall_gear.apply(at, key, is_sure=is_sure)
    elif task == "confirm":
        firewall_gear.confirm(at)
    else:
        firewall_gear.undo(at, key)


def _at(here: Opened, name: str, now: Instant) -> At | None:
    """The firewall in force of this name, where it has an interface of its own."""
    network = _network(here)
    found = next((one for one in network.firewalls if one.name == name), None)
    if found is None or found.kind == NFTABLES:
        return None
    return At(here, network, found, _today(here, now), now, firewall_gear.CLIENTS)


@dataclass(frozen=True, slots=True)
class Listed:
    """A firewall that network.yaml names (`kind`), that has enrolled, or both; and the newest change there.

    `is_outdated`: what was confirmed there is not what network.yaml says now.
    """

    name: str
    kind: str
    firewall: EnrolledFirewall | None = None
    change: RulesetChange | None = None
    is_outdated: bool = False


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    network = _network(here)
    kinds = {one.name: one.kind for one in network.firewalls}

    def read(snapshot: Snapshot) -> list[Listed]:
        connection = snapshot.connection
        enrolled = {one.name: one for one in store.firewalls(connection)}
        changed = {name: next(iter(store.last_changes(connection, name, 1)), None) for name in enrolled}
        return [
            Listed(name, kinds.get(name, ""), enrolled.get(name), changed.get(name))
            for name in dict.fromkeys((*kinds, *enrolled))
        ]

    rows = [replace(one, is_outdated=_is_outdated(here, one, now)) for one in here.database.read(read)]
    zone = here.settings.zone
    none = f"{FILE} names no firewall, so nothing enforces it; write one into its `firewalls:` and publish that."
    print_rows(rows, lambda one: f"{one.name}: {_said(one, zone)}", _plain, none, as_json=as_json)


def _is_outdated(here: Opened, one: Listed, now: Instant) -> bool:
    if one.kind != NFTABLES or one.firewall is None or not one.firewall.digest:
        return False
    try:
        wanted = _intended(here, one.name, now)
    except LimenError:
        return True
    return sha256(wanted.ruleset.encode()).hexdigest() != one.firewall.digest


def _said(one: Listed, zone: tzinfo) -> str:
    if one.kind not in {NFTABLES, ""}:
        return f"{one.kind}; nothing of Limen's runs there: `limen firewall plan {one.name}`"
    if one.firewall is None:
        return f"not set up: `limen firewall setup {one.name}`"
    said = f"rules {one.firewall.digest[:12]}" if one.firewall.digest else "no rules yet"
    if one.change is not None:
        why = f", {one.change.why}" if one.change.why else ""
        said += f"; last change {times.date(one.change.made_at, zone)}: {one.change.state}{why}"
    if not one.kind:
        return f"{said}; {FILE} does not name it"
    return f"{said}; {FILE} says something else now: `limen firewall plan {one.name}`" if one.is_outdated else said


def _plain(one: Listed) -> dict[str, Any]:
    digest = one.firewall.digest if one.firewall is not None else ""
    said: dict[str, Any] = {"name": one.name, "kind": one.kind, "is_set_up": one.firewall is not None}
    said |= {"confirmed": digest, "is_outdated": one.is_outdated}
    if one.change is not None:
        said |= {"change": one.change.id, "state": one.change.state, "why": one.change.why}
    return said


def _setup(here: Opened, name: str, now: Instant) -> None:
    from limen.following.one_file import one_file
    from limen.web.network.firewalls import PROGRAM

    firewall_called(_network(here), name)
    token = here.database.write(lambda transaction: service.make_token(transaction, name, now, SERVER))
    url = here.settings.public_url
    print(
        f"On {name}, as root:\n"
        f"  curl -fsSo limen-firewall {url}/network/firewall/program &&\n"
        f"  echo '{sha256(one_file(PROGRAM).encode()).hexdigest()}  limen-firewall' | sha256sum -c &&\n"
        f"  python3 -I limen-firewall enrol {url}\n"
        f"It asks for this token, which works once and for a day:\n  {token}"
    )


def _network(here: Opened) -> Network:
    """As it is in force."""
    company = here.in_force_or_none()
    file = company.parts.get(FILE) if company is not None else None
    return file.network if file is not None else Network(())


def _today(here: Opened, now: Instant) -> str:
    return datetime.fromtimestamp(now / SECOND, here.settings.zone).date().isoformat()


def _intended(here: Opened, name: str, now: Instant) -> Intended:
    """Raises LimenError."""
    return intended(_network(here), name, _today(here, now), now)


def _plan(here: Opened, name: str, wanted: Intended, *, as_json: bool) -> None:
    """The whole ruleset as nft reads it, and what it does not do."""
    digest = sha256(wanted.ruleset.encode()).hexdigest()
    confirmed = here.database.read(lambda snapshot: store.firewalls(snapshot.connection))
    is_there = digest in {one.digest for one in confirmed if one.name == name}
    if as_json:
        said = {"firewall": name, "kind": NFTABLES, "is_there": is_there, "rules": wanted.text}
        print(json.dumps({**said, "not_here": list(wanted.not_here), "is_administered": wanted.is_administered}))
        return
    if is_there:
        print(f"{name} has these rules already.")
    print(wanted.text, end="")
    if wanted.not_here:
        print(f"# Not enforced here, as {name} has no interface there: {', '.join(wanted.not_here)}")
    if not wanted.is_administered:
        print("# No zone of kind `management` has an interface here: nobody administers this machine over the network")


def _apply(here: Opened, name: str, ruleset: str, needs: Needs, now: Instant, *, waits: bool) -> None:
    change = here.database.write(lambda write: changes.make_change(write, name, ruleset, needs, now, SERVER))
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
