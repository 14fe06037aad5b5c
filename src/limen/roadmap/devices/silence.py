"""Whether those who tell of devices can be heard: what a control of devices needs before it has any figure. Pure."""

from __future__ import annotations

from limen.clock import Instant
from limen.devices.inventory.model import COUNTS_FOR
from limen.roadmap.devices.evidence import SILENT_AFTER, DeviceEvidence

NOTHING_READ = "Publish a company first: devices are read by its devices.yaml."
NO_SIGN_INS = (
    "Have people sign in to Limen: all devices are counted by the browsers seen there, and it saw none in 30 days."
)


def missing(evidence: DeviceEvidence, now: Instant) -> str:
    """Why no figure about devices can be given; "" where one can.

    A source that is connected and silent hides its devices, which may be the worst: then there is none. And agents
    alone know of no device that lacks one: the browsers that people sign in with do.
    """
    known, rules = evidence.known, evidence.rules
    if known is None or rules is None:
        return NOTHING_READ
    silent = [name for name in sorted(rules.sources) if evidence.heard.get(name, 0) <= now - SILENT_AFTER]
    if silent:
        return f"Mend the connection to {', '.join(silent)} (devices.yaml, sources): it was not heard for a day."
    return "" if any(one.last_at > now - COUNTS_FOR for one in known.browsers) else NO_SIGN_INS
