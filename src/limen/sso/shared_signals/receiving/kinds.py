"""What happens when services share signals with Limen."""

from __future__ import annotations

from typing import Final

from limen.events.headings import SESSIONS
from limen.events.kind import ACCOUNT, AUTHENTICATION, ENTITY, LIFECYCLE, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Signals of other services")
_PERSON: Final = Topic(
    _FAMILY, Owner.PERSON, "What other services report of your account", "Another service reported", (SESSIONS,)
)
_GOVERNED: Final = Topic(_FAMILY, Owner.OFFICE, "Services that share signals", "A service that shares signals")
_RUNS: Final = Topic(_FAMILY, Owner.LIMEN)
_SHOWN: Final = ("transmitter", "event", "did")

KINDS: Final = (
    Kind(
        "received_signal.person",
        "Another service reported something about a person",
        _PERSON,
        AUTHENTICATION,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=(*_SHOWN, "why"),
        told={"": "Another service that your company trusts reported a change of your account."},
    ),
    Kind(
        "received_signal.device",
        "Another service reported something about a device",
        _PERSON,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=(*_SHOWN, "why"),
    ),
    Kind(
        "received_signal.spared",
        "Another service may not disable an account, because its person has a role in Limen",
        _PERSON,
        ACCOUNT,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=_SHOWN,
    ),
    Kind(
        "received_signal.stopped",
        "Another service disables too many accounts; this one waits for an administrator",
        _PERSON,
        ACCOUNT,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=_SHOWN,
    ),
    Kind(
        "received_signal.answered",
        "Decided about an account that another service disabled",
        _GOVERNED,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("transmitter", "answer"),
    ),
    Kind(
        "received_signal.secret_kept",
        "A token for a service that shares signals was stored or created",
        _GOVERNED,
        ACCOUNT,
        99,
        acknowledged=True,
        shown=("transmitter",),
    ),
    Kind(
        "received_signal.not_its_own",
        "A service reported something about a person or device that it may not speak of",
        _RUNS,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "received_signal.unknown",
        "A service reported something about somebody whom Limen does not know",
        _RUNS,
        LIFECYCLE,
        99,
    ),
    Kind(
        "received_signal.refused",
        "A signal in a service's name was refused",
        _RUNS,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
    Kind("received_signal.stream_made", "A service shares signals from now on", _RUNS, LIFECYCLE, 99),
    Kind("received_signal.stream_changed", "A service shares other signals from now on", _RUNS, LIFECYCLE, 99),
    Kind("received_signal.stream_removed", "A service shares no signals any more", _RUNS, LIFECYCLE, 99),
    Kind("received_signal.stream_status", "A service changed whether it shares signals", _RUNS, LIFECYCLE, 99),
    Kind(
        "received_signal.unreachable",
        "A service that shares signals does not answer as it should",
        _RUNS,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind("received_signal.reachable", "A service that shares signals answers again", _RUNS, LIFECYCLE, 99),
)
