"""Signals about devices on the command line: who may send them, what they said, ending one, and taking that back."""

from __future__ import annotations

from typing import Final

from limen.cli.open_company import Opened
from limen.cli.options import refuse_unknown
from limen.cli.output import print_rows
from limen.clock import Instant
from limen.company.publish import SERVER
from limen.devices import store as devices_store
from limen.devices.devices_file import DEVICES_FILE
from limen.devices.model import EnrolledDevice
from limen.devices.projection import Projection
from limen.devices.signals import changes, secret, store
from limen.devices.signals.changes import At
from limen.devices.signals.model import Signal
from limen.errors import LimenError
from limen.facts import FactStore
from limen.facts.device_rules import DeviceRules
from limen.facts.signal_sources import Proves, SignalSource
from limen.identity.sessions import DEVICE_SESSIONS
from limen.messages import times

OF_SOURCES: Final = ("sources", "secret")
OF_SIGNALS: Final = ("end", "reopen")


def rules_of(here: Opened) -> DeviceRules:
    """What the company in force demands of devices."""
    company = here.in_force_or_none()
    return (company.parts.get(DEVICES_FILE.name) if company is not None else None) or DeviceRules()


def sources(here: Opened, now: Instant, *, as_json: bool) -> None:
    """List who may say that a device is at risk, each with when it was last heard."""
    rows = {row.name: row for row in here.database.read(lambda snapshot: store.sources(snapshot.connection))}
    signals = here.database.read(lambda snapshot: store.every(snapshot.connection))

    def plain(one: SignalSource) -> dict[str, object]:
        row = rows.get(one.name, store.SourceRow(one.name))
        return {
            "name": one.name,
            "kind": one.kind,
            "proves": one.proves.value,
            "has_secret": one.proves is Proves.ISSUER or bool(row.sealed),
            "when_high": one.when_high.value,
            "heard_at": row.heard_at,
            "live": sum(signal.counts(now) for signal in signals if signal.source == one.name),
        }

    def text(one: SignalSource) -> str:
        told = plain(one)
        heard = rows.get(one.name, store.SourceRow(one.name)).heard_at
        when = f"last heard {times.date(heard, here.settings.zone)}" if heard else "never heard"
        lacks = "" if told["has_secret"] else f"; it has no secret yet: `limen device secret {one.name}`"
        return f"{one.name} ({one.kind}): {when}, {told['live']} signals count; high: {one.when_high.value}{lacks}"

    nothing = "Nobody may say that a device is at risk. Name a source under `signals` in devices.yaml."
    print_rows(list(rules_of(here).signals.values()), text, plain, nothing, as_json=as_json)


def make_secret(here: Opened, name: str, now: Instant) -> None:
    """Create the secret of a source, and show it once."""
    known = rules_of(here).signals
    refuse_unknown("source", [name], known)
    if known[name].proves is Proves.ISSUER:
        raise LimenError(f"{name} signs with keys that its issuer publishes", "nothing is to be done")
    keyring = here.keyring()
    made = here.database.write(lambda t: secret.make(t, keyring, name, now, by=SERVER))
    print(f"{name} sends to {here.settings.public_url}/signals/{name}")
    how = "signs each message with" if known[name].proves is Proves.SIGNATURE else "sends as a bearer token"
    print(f"This is what it {how}. It is shown only once; the one before is good no more:\n")
    print(f"  {made}")


def signals(here: Opened, device: EnrolledDevice, now: Instant, *, as_json: bool) -> None:
    """List what was said about a device."""
    found = here.database.read(lambda snapshot: store.of_device(snapshot.connection, device.id))

    def plain(one: Signal) -> dict[str, object]:
        return {
            "id": one.id,
            "source": one.source,
            "level": one.level.name.lower(),
            "topic": one.topic.value,
            "title": one.title,
            "since": one.since,
            "until": one.until,
            "counts": one.counts(now),
            "ended": one.ended_why,
        }

    def text(one: Signal) -> str:
        end = one.until if one.counts(now) else one.ended_at or one.until
        how = "until" if one.counts(now) else f"{one.ended_why or 'over'}"
        when = times.date(end, here.settings.zone)
        return f"{one.id} {one.level.name.lower()} by {one.source}, {how} {when}: {one.title or one.topic.value}"

    print_rows(list(found), text, plain, f"Nothing was said about {device.name}.", as_json=as_json)


def change(here: Opened, task: str, signal_id: str, now: Instant) -> None:
    """End a signal, or let it count again."""
    known = FactStore()
    known.set_device_rules(rules_of(here))
    projection = Projection(known, lambda: now)
    for held in here.database.read(lambda snapshot: devices_store.every(snapshot.connection)):
        projection.apply(held.device.id, held)
    at = At(DEVICE_SESSIONS, known, now)
    does = changes.end if task == "end" else changes.reopen
    signal = here.database.write(lambda t: does(t, signal_id, at, by=SERVER))
    if task == "end":
        print(f"The signal of {signal.source} has ended. `limen device reopen {signal.id}` takes that back.")
    else:
        print(f"The signal of {signal.source} counts again.")
