"""What happens to devices, and on them."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ACCOUNT, AUTHENTICATION, ENTITY, Family, Kind, Owner, Severity, Topic

_DEVICES: Final = Family("Devices")
_DEVICE: Final = Topic(_DEVICES, Owner.PERSON, "Your devices", "A device of yours")
_SET_UP: Final = Topic(
    _DEVICES, Owner.OFFICE, "Sources of devices that you set up", "A source of devices that you set up"
)
_SOURCE: Final = Topic(_DEVICES, Owner.LIMEN)

KINDS: Final = (
    Kind("device.enrolled", "Enrolled a device", _DEVICE, ENTITY, 1, acknowledged=True, shown=("platform",)),
    Kind(
        "device.enrolment_refused",
        "Refused a device that somebody had begun to enrol",
        _DEVICE,
        ENTITY,
        99,
        severity=Severity.HIGH,
    ),
    Kind("device.token_made", "Created a token to enrol a device", _DEVICE, ACCOUNT, 1, acknowledged=True),
    Kind(
        "device.refused",
        "A message in a device's name was refused",
        _DEVICE,
        AUTHENTICATION,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
    Kind(
        "device.cloned",
        "A report was repeated or is older than the last: the device's key may be in other hands",
        _DEVICE,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.CRITICAL,
    ),
    Kind(
        "device.compliance_changed",
        "A device's health changed",
        _DEVICE,
        ENTITY,
        3,
        acknowledged=True,
        shown=("compliance", "failing"),
    ),
    Kind(
        "device.quarantined",
        "Quarantined a device",
        _DEVICE,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("why",),
    ),
    Kind("device.released", "Released a device from quarantine", _DEVICE, ENTITY, 99, acknowledged=True),
    Kind("device.lost", "Reported a device lost", _DEVICE, ENTITY, 99, acknowledged=True, severity=Severity.HIGH),
    Kind("device.retired", "Retired a device", _DEVICE, ENTITY, 4, acknowledged=True),
    Kind("device.managed_changed", "Changed whether a device is the company's", _DEVICE, ENTITY, 3, acknowledged=True),
    Kind("device.certified", "A device was given a certificate of a day", _DEVICE, AUTHENTICATION, 99),
    Kind(
        "device.claimed",
        "A device says it is a machine that is another's, or that others say they are, too",
        _DEVICE,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("source",),
    ),
    Kind(
        "device.source_refused",
        "Somebody who did not prove to be one of the sources of devices was refused",
        _SOURCE,
        AUTHENTICATION,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
    Kind("device.source_token_made", "Created a token for a source of devices", _SET_UP, ENTITY, 1, acknowledged=True),
    Kind(
        "device.source_secret_kept",
        "Stored Limen's secret at a source of devices",
        _SET_UP,
        ENTITY,
        3,
        acknowledged=True,
    ),
    Kind(
        "device.source_failed",
        "A source of devices could not be asked",
        _SOURCE,
        ENTITY,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind("device.source_back", "A source of devices answers again", _SOURCE, ENTITY, 99),
    Kind(
        "device.node_enrolled",
        "A machine with osquery enrolled",
        _SOURCE,
        ENTITY,
        1,
        acknowledged=True,
    ),
    Kind("device.bound", "A session was bound to a device", _DEVICE, AUTHENTICATION, 99),
    Kind(
        "device.cookie_copied",
        "A session's cookie was used outside of the browser that it was given to",
        _DEVICE,
        AUTHENTICATION,
        99,
        severity=Severity.CRITICAL,
        shown=("app",),
        told={"": "A copy of your session was used in another browser"},
    ),
    Kind(
        "device.proof_refused",
        "A browser's proof of its device was refused",
        _DEVICE,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
    ),
)
