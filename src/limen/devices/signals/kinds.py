"""What sensors and their signals cause."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, LIFECYCLE, Family, Kind, Owner, Severity, Topic

_SIGNAL: Final = Topic(Family("Signals about devices"), Owner.PERSON, "Signals about your devices", "A device of yours")
_SOURCE: Final = Topic(Family("Signals about devices"), Owner.LIMEN)
_GOVERNED: Final = Topic(Family("Signals about devices"), Owner.OFFICE, "Sources of signals", "A source of signals")

KINDS: Final = (
    Kind(
        "device.signal",
        "A sensor reports a risk about a device",
        _SIGNAL,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("level", "source"),
    ),
    Kind(
        "device.signal_ended",
        "A risk about a device is over",
        _SIGNAL,
        ENTITY,
        99,
        acknowledged=True,
        shown=("level", "source", "why"),
    ),
    Kind(
        "device.signal_reopened",
        "A risk about a device counts again",
        _SIGNAL,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("level", "source"),
    ),
    Kind(
        "device.sessions_ended",
        "A service that shares signals ended what is signed in",
        _SIGNAL,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("source",),
    ),
    Kind(
        "device.wipe_requested",
        "Asked the management of devices to wipe a device",
        _SIGNAL,
        ENTITY,
        4,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("by",),
    ),
    Kind(
        "device.signal_unmatched",
        "A sensor reports a risk about a device that Limen does not know",
        _SOURCE,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "device.signal_limited",
        "A source takes away more devices than it may; this one only ended what was signed in",
        _SOURCE,
        LIFECYCLE,
        99,
        severity=Severity.HIGH,
    ),
    Kind(
        "device.signal_refused",
        "A message in a sensor's name was refused",
        _SOURCE,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
    Kind(
        "device.signal_secret_made",
        "Created the secret by which a source of signals proves itself",
        _GOVERNED,
        LIFECYCLE,
        99,
        acknowledged=True,
    ),
)
