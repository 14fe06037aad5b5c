"""Signals about devices on the command line: who may send them, what they said, ending one, and taking that back."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from limen.cli.open_company import Opened
from limen.cli.output import print_rows
from limen.clock import Instant
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.devices import store as devices_store
from limen.devices.devices_file import DEVICES_FILE
from limen.devices.model import EnrolledDevice
from limen.devices.projection import Projection
from limen.devices.signals import changes, secret, store
from limen.devices.signals.changes import At
from limen.devices.signals.model import Signal
from limen.devices.sources import store as sources_store
from limen.devices.sources.store import SourceState
from limen.errors import LimenError
from limen.facts import FactStore
from limen.facts.device_rules import PULLED, DeviceRules
from limen.facts.signal_sources import Proves
from limen.identity.sessions import DEVICE_SESSIONS
from limen.messages import times

OF_SOURCES: Final = ("sources", "secret")
OF_SIGNALS: Final = ("end", "reopen")


def rules_of(here: Opened) -> DeviceRules:
    """What the company in force demands of devices."""
    company = here.in_force_or_none()
    return (company.parts.get(DEVICES_FILE.name) if company is not None else None) or DeviceRules()


def sources(here: Opened, now: Instant, *, as_json: bool) -> None:
    """List who may say that a device is at risk, then who else tells of devices, each with when it was last heard."""
    listed = [*_of_risk(here, now), *_of_devices(here)]
    nothing = "There are none. Name them in devices.yaml: `signals` say that a device is at risk, `sources` how it is."
    print_rows(listed, itemgetter(0), itemgetter(1), nothing, as_json=as_json)


def _of_risk(here: Opened, now: Instant) -> Iterator[tuple[str, dict[str, object]]]:
    rows = {row.name: row for row in here.database.read(lambda snapshot: store.sources(snapshot.connection))}
    signals = here.database.read(lambda snapshot: store.every(snapshot.connection))
    for one in rules_of(here).signals.values():
        row = rows.get(one.name, store.SourceRow(one.name))
        has_secret = one.proves is Proves.ISSUER or bool(row.sealed)
        live = sum(signal.counts(now) for signal in signals if signal.source == one.name)
        lacks = "" if has_secret else f"; it has no secret yet: `limen device secret {one.name}`"
        heard = f"{_heard(here, row.heard_at)}, {live} signals count"
        yield (
            f"{one.name} ({one.kind}, signals): {heard}; high: {one.when_high.value}{lacks}",
            {
                "name": one.name,
                "tells": "signals",
                "kind": one.kind,
                "proves": one.proves.value,
                "has_secret": has_secret,
                "when_high": one.when_high.value,
                "heard_at": row.heard_at,
                "live": live,
            },
        )


def _of_devices(here: Opened) -> Iterator[tuple[str, dict[str, object]]]:
    states = here.database.read(lambda snapshot: sources_store.states(snapshot.connection))
    for name, one in rules_of(here).sources.items():
        state, is_asked = states.get(name, SourceState(name)), one.kind in PULLED
        has_secret = state.has_secret if is_asked else state.has_token
        what, task = ("secret", "source-secret") if is_asked else ("token", "source-token")
        lacks = "" if has_secret else f"; it has no {what} yet: `limen device {task} {name}`"
        wrong = f"; {state.error}" if state.error else ""
        yield (
            f"{name} ({one.kind.value}, devices): {_heard(here, state.done_at)}{wrong}{lacks}",
            {
                "name": name,
                "tells": "devices",
                "kind": one.kind.value,
                "has_secret": has_secret,
                "heard_at": state.done_at,
                "error": state.error,
            },
        )


def _heard(here: Opened, at: Instant) -> str:
    return f"last heard {times.date(at, here.settings.zone)}" if at else "never heard"


def make_secret(here: Opened, name: str, now: Instant) -> None:
    """Create the secret of a source, and show it once."""
    known = rules_of(here).signals
    if name not in known:
        fix = did_you_mean(name, known, "add it to `signals` in devices.yaml and publish it with `limen apply`")
        if name in rules_of(here).sources:
            fix = f"it tells of devices: `limen device source-token {name}`, or source-secret"
        raise LimenError(f"there is no source of signals {shown(name)} in force", fix)
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
