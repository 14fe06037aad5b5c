"""Every probe there is, in the order in which they are shown."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, HOUR
from limen.probes import edr, leaver, upstreams
from limen.probes.model import Probe

LEAVER: Final = "leaver"
EDR: Final = "edr"
UPSTREAMS: Final = "upstreams"


PROBES: Final = (
    Probe(
        LEAVER,
        "Somebody leaves",
        "A person who does not exist is signed in, is deactivated, and tries to go on everywhere.",
        every=7 * DAY,
        counts_for=30 * DAY,
        minutes=1,
        execute=leaver.run,
    ),
    Probe(
        EDR,
        "Security software reports a high risk",
        "Each source of signals reports a device that does not exist, and its open session is tried again.",
        every=7 * DAY,
        counts_for=30 * DAY,
        minutes=1,
        execute=edr.run,
    ),
    Probe(
        UPSTREAMS,
        "Around the gateway",
        "The address of each app behind the gateway is tried directly, from every zone with a server that probes.",
        every=HOUR,
        counts_for=DAY,
        minutes=1,
        execute=upstreams.run,
    ),
)
BY_ID: Final = {one.id: one for one in PROBES}
