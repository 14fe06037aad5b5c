"""`limen device`: list devices, take them away, and create tokens by which the company's own are enrolled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli import device_signals, device_sources
from limen.cli.device_signals import OF_SIGNALS
from limen.cli.device_sources import OF_SOURCES, rules_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.publish import SERVER
from limen.devices import enrolment, states, store
from limen.devices.certificates.store import AUTHORITY
from limen.devices.compliance import Health, judge
from limen.devices.installing import START
from limen.devices.inventory.model import SeenDevice, inventory
from limen.devices.inventory.watching import known_in
from limen.devices.model import EnrolledDevice, Held, State
from limen.errors import LimenError
from limen.facts import Person
from limen.identity.model import Member, PersonStatus
from limen.identity.sessions import DEVICE_SESSIONS
from limen.identity.store import people
from limen.messages import times
from limen.storage import Database, Snapshot

_STATES: Final = {
    "quarantine": State.QUARANTINED,
    "release": State.ACTIVE,
    "lost": State.LOST,
    "retire": State.RETIRED,
}
TASKS: Final = (
    "list",
    "seen",
    "token",
    *_STATES,
    "company",
    "private",
    "authority",
    "signals",
    *OF_SIGNALS,
    *OF_SOURCES,
)
NAMELESS: Final = frozenset({"list", "seen", "authority", "sources"})
_NAMED: Final = (
    "With token: an email address; with end and reopen: a signal's ID; with secret, source-token and source-secret: "
    "a source; else a device's ID or name"
)


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=_NAMED)] = "",
    folder: LastFolder = Path(),
    *,
    why: Annotated[str, typer.Option(help="With quarantine, lost and retire: why, for the journal")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="With list, seen, signals and sources: print one JSON object per line")
    ] = False,
) -> None:
    refuse_other_task("device", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task in NAMELESS):
        raise LimenError(f"`limen device {task}` takes {'no' if name else 'a'} name", f"see `limen device {task}`")
    now = SystemClock().now()
    with opened(folder, may_make=True) as here:
        if task == "list":
            _list(here, now, as_json=as_json)
        elif task == "authority":
            _authority(here, now)
        elif task == "sources":
            device_sources.sources(here, now, as_json=as_json)
        elif task in OF_SOURCES:
            device_sources.let_in(here, task, name, now)
        elif task == "signals":
            device_signals.signals(here, _named(here.database, name), now, as_json=as_json)
        elif task in OF_SIGNALS:
            device_signals.change(here, task, name, now)
        elif task == "seen":
            _seen(here, now, as_json=as_json)
        elif task == "token":
            _token(here.database, name, now, here.settings.public_url)
        else:
            _change(here.database, task, name, now, why)


def _token(database: Database, address: str, now: Instant, public_url: str) -> None:
    owner = _owner(database, address)
    token = database.write(lambda t: enrolment.make_token(t, owner.id, now, by=SERVER))
    print(f"This token enrols one device of {owner.name} as the company's, within a day. It is shown only once:\n")
    print(f"  {token}\n")
    print("On the device, write it into a file and run:\n")
    print(f"  sudo limen-agent enrol {public_url} --token-file FILE\n")
    print("It reports once its service runs, on Linux:\n")
    print("\n".join(f"  {line}" for line in START))


def _owner(database: Database, address: str) -> Person:
    """Whoever has this address and an active account. Raises LimenError."""
    wanted = address.casefold()
    found = [one for one in database.read(_members) if one.person.email.casefold() == wanted]
    for one in found:
        if one.person.active:
            return one.person
        if one.status is PersonStatus.INVITED:
            raise LimenError(
                f"{one.person.name} is invited and has no passkey yet", "create the token once they have signed in"
            )
    raise LimenError(f"nobody with the address {address} has an active account", "`limen people` lists everybody")


def _authority(here: Opened, now: Instant) -> None:
    """Print the certificate by which a front knows those of devices."""
    keyring = here.keyring()
    made = here.database.write(lambda t: AUTHORITY.kept(t, keyring, now, here.settings.name))
    print(made.certificate, end="")


def _change(database: Database, task: str, name: str, now: Instant, why: str) -> None:
    device = _named(database, name)
    if task in _STATES:
        database.write(
            lambda t: states.change(
                t, DEVICE_SESSIONS, states.known(t, device.id), _STATES[task], now, by=SERVER, why=why
            )
        )
    else:
        is_managed = task == "company"
        database.write(
            lambda t: states.set_managed(t, states.known(t, device.id), now, is_managed=is_managed, by=SERVER)
        )
    print(
        {
            "quarantine": f"{device.name} is in quarantine: nobody is signed in on it any more, and it opens nothing.",
            "release": f"{device.name} is released. Sign in on it again.",
            "lost": f"{device.name} is lost: nobody is signed in on it any more. Look at its owner's passkeys, too.",
            "retire": f"{device.name} is retired.",
            "company": f"{device.name} counts as the company's.",
            "private": f"{device.name} does not count as the company's.",
        }[task]
    )


def _named(database: Database, name: str) -> EnrolledDevice:
    """The device of this id, or the only one of this name. Raises LimenError."""
    every = [one.device for one in database.read(lambda snapshot: store.every(snapshot.connection))]
    found = [one for one in every if one.id == name] or [one for one in every if one.name == name]
    if len(found) > 1:
        raise LimenError(f"{len(found)} devices are called {name}", "use the ID that `limen device list` shows")
    if not found:
        raise LimenError(f"there is no device {name}", "`limen device list` lists them")
    return found[0]


def _everybody(snapshot: Snapshot) -> list[Person]:
    return people.everybody(snapshot.connection)


def _members(snapshot: Snapshot) -> list[Member]:
    return people.members(snapshot.connection)


def _seen(here: Opened, now: Instant, *, as_json: bool) -> None:
    people = {one.id: one for one in here.database.read(_everybody)}
    addresses = {one.id: one.email for one in people.values()}
    found = inventory(here.database.read(lambda snapshot: known_in(snapshot, people)), rules_of(here), now)

    def text(one: SeenDevice) -> str:
        what = one.name or f"{one.browser or 'a browser'} on {one.system or 'an unknown system'}"
        owner = addresses.get(one.owner, one.owner_address) or "nobody known"
        told = ", ".join(one.sources)
        return f"{what} of {owner} ({one.form}): {one.tier}, by {told}, last seen {times.date(one.seen_at, zone)}"

    zone = here.settings.zone
    nothing = "No device was seen in 30 days."
    print_rows(found.devices, text, lambda one: one.as_json(addresses), nothing, as_json=as_json)
    if not as_json and found.devices:
        print(f"{len(found.devices)} in all: {', '.join(f'{n} {tier}' for tier, n in found.counts.items())}.")


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    every = here.database.read(lambda snapshot: store.every(snapshot.connection))
    owners = {one.id: one.name for one in here.database.read(_everybody)}
    rules = rules_of(here)

    def health(one: Held) -> Health:
        return judge(rules, one.device.platform, one.posture, now)

    def plain(one: Held) -> dict[str, object]:
        told, device = health(one), one.device
        return {
            "id": device.id,
            "name": device.name,
            "owner": device.owner_id,
            "platform": device.platform.value,
            "state": device.state.value,
            "company": device.is_managed,
            "key_storage": device.key_storage.value,
            "compliance": told.compliance,
            "not_good": [check.check for check in told.not_good],
            "reported_at": one.posture.at,
        }

    def text(one: Held) -> str:
        told, device, at = health(one), one.device, one.posture.at
        state = device.state.value if device.state is not State.ACTIVE else told.compliance.replace("_", "-")
        failing = f"; not good: {', '.join(check.check for check in told.not_good)}" if at else ""
        when = times.date(at, here.settings.zone) if at else "never"
        owner = owners.get(device.owner_id, device.owner_id)
        return f"{device.name} of {owner} ({device.platform}): {state}, last report {when}{failing}"

    nothing = "No device is enrolled. `limen device token ADDRESS` creates a token for the first."
    print_rows(every, text, plain, nothing, as_json=as_json)
