"""Signals about devices on the command line: what was said of one, ending that, and taking it back."""

from __future__ import annotations

from typing import Final

from limen.cli.device_sources import rules_of
from limen.cli.open_company import Opened
from limen.cli.output import print_rows
from limen.clock import Instant
from limen.company.publish import SERVER
from limen.devices import store as devices_store
from limen.devices.model import EnrolledDevice
from limen.devices.projection import Projection
from limen.devices.signals import changes, store
from limen.devices.signals.changes import At
from limen.devices.signals.model import Signal
from limen.facts import FactStore
from limen.identity.sessions import DEVICE_SESSIONS
from limen.messages import times

OF_SIGNALS: Final = ("end", "reopen")


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
