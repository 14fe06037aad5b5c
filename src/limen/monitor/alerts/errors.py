"""What can't be done with alerts, cases and suppressions."""

from __future__ import annotations

from limen.errors import LimenError


class AlertError(LimenError):
    """Something can't be done with an alert."""


class UnknownAlertError(AlertError):
    def __init__(self) -> None:
        super().__init__("there is no such alert", "`limen alert list` and the page Alerts list them")


class OwnAlertError(AlertError):
    """Nobody clears themselves."""

    def __init__(self) -> None:
        super().__init__(
            "this alert is about you, your device or your session",
            "another administrator looks at it; on the server, `limen alert` does",
        )


class SuppressionError(AlertError):
    """So much can't be suppressed, or not for so long."""
