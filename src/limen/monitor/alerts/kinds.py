"""What alerts, and what is done about them, cause."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, LIFECYCLE, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Alerts")
_ALERT: Final = Topic(_FAMILY, Owner.LIMEN)
_JUDGED: Final = Topic(_FAMILY, Owner.OFFICE, "Alerts you looked at", "An alert you looked at")
_MEASURE: Final = Topic(
    _FAMILY, Owner.OFFICE, "Measures that protect accounts and devices", "A measure that protects you"
)

KINDS: Final = (
    Kind(
        "alert.opened", "A detection opened an alert", _ALERT, LIFECYCLE, 99, acknowledged=True, severity=Severity.HIGH
    ),
    Kind("alert.worse", "An alert got worse", _ALERT, LIFECYCLE, 99, acknowledged=True, severity=Severity.HIGH),
    Kind("alert.taken", "Took a case, to look at it", _JUDGED, LIFECYCLE, 99),
    Kind("alert.closed", "Closed an alert", _JUDGED, LIFECYCLE, 99, acknowledged=True, shown=("level", "verdict")),
    Kind("alert.reopened", "Reopened an alert", _JUDGED, LIFECYCLE, 99, acknowledged=True, shown=("level",)),
    Kind(
        "alert.suppressed",
        "Suppressed what a rule finds",
        _JUDGED,
        LIFECYCLE,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("until",),
    ),
    Kind("alert.suppression_ended", "Ended a suppression", _JUDGED, LIFECYCLE, 99, acknowledged=True),
    Kind(
        "response.done",
        "Acted on an alert",
        _MEASURE,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
        shown=("does",),
        told={
            "does=step_up": "You were asked to confirm that it's you",
            "does=end_sessions": "Your sign-ins were ended, to protect your account",
            "does=quarantine": "Your device was put in quarantine",
            "does=disable": "Your access was suspended",
        },
    ),
    Kind(
        "response.undone",
        "Took back what was done about an alert",
        _MEASURE,
        ENTITY,
        99,
        acknowledged=True,
        shown=("does",),
    ),
    Kind(
        "response.ended",
        "What was done about an alert is over",
        _MEASURE,
        ENTITY,
        99,
        acknowledged=True,
        shown=("does",),
    ),
    Kind(
        "response.spared",
        "A playbook did not do what it should: it may not, or not so often",
        _ALERT,
        LIFECYCLE,
        99,
        severity=Severity.HIGH,
    ),
    Kind(
        "monitor.silent",
        "What watches has fallen silent: nobody's risk is known",
        _ALERT,
        LIFECYCLE,
        99,
        severity=Severity.CRITICAL,
    ),
    Kind("monitor.heard", "What watches is heard again", _ALERT, LIFECYCLE, 99),
    Kind(
        "notify.failed", "A notice about an alert could not be delivered", _ALERT, LIFECYCLE, 99, severity=Severity.HIGH
    ),
    Kind(
        "notify.channel_set",
        "Set where notices about alerts are sent",
        Topic(_FAMILY, Owner.OFFICE, "Channels for notices", "A channel for notices"),
        LIFECYCLE,
        99,
        acknowledged=True,
        shown=("channel",),
    ),
)
