"""What can be asked of an app, whatever protects it."""

from __future__ import annotations

from limen.access.openings import OF_LIMEN
from limen.company.protocols import PROTOCOLS
from limen.facts import LIMEN, App
from limen.policy.access import actions_of


def askable(app: App) -> tuple[str, ...]:
    """The actions; of Limen itself what it has for its console."""
    if app.id == LIMEN:
        return OF_LIMEN
    for name, protocol in PROTOCOLS.items():
        registration = getattr(app, name)
        if registration is not None:
            return protocol.actions(registration)
    return actions_of(app)
