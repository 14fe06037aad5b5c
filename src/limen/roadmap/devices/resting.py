"""As of when a device is judged that reported no more: a laptop that is off over a weekend is no worse than on Friday.

A device that is off can't be measured. For `REST` its last report stands, as it was judged then, while nobody sees the
device in use: no source, no sensor, no browser on it, no browser of its owner that sits on nothing known, no request of
an owner who has no other device. Whoever sees it after its agent fell silent says that the agent was stopped, and
then its last report says nothing of today. Where browsers or requests are not seen at all, no device rests. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.devices.inventory.model import Known, SeenBrowser
from limen.roadmap.devices.seen import WorkDevice
from limen.roadmap.evidence import Evidence

FRESH: Final[Milliseconds] = DAY
REST: Final[Milliseconds] = 4 * DAY
"""A weekend with a holiday on either side of it."""


def judged_at(evidence: Evidence, device: WorkDevice) -> Instant | None:
    """Now where it reported within a day, its last report where it rests since, None where that is too old."""
    posture = None if device.held is None else device.held.posture
    if posture is None or posture.at <= 0:
        return None
    if posture.at > evidence.at - FRESH:
        return evidence.at
    return posture.at if posture.at > evidence.at - REST and not _is_used(evidence, device, posture.at) else None


def _is_used(evidence: Evidence, device: WorkDevice, since: Instant) -> bool:
    """Whether anybody saw it in use after its last report; what comes within the time of one report is of before."""
    rules, known, used_at = evidence.devices.rules, evidence.devices.known, evidence.devices.used_at
    if rules is None or known is None or used_at is None or device.held is None:
        return True
    after, system = since + rules.report_within_ms, device.held.device.platform.value
    own = [one for one in known.browsers if one.person_id == device.owner]
    on_nothing = (one.last_at for one in own if not one.device_id and one.system in {system, ""})
    if max((device.seen_at, *device.held.posture.sensors.values(), *on_nothing), default=0) > after:
        return True
    return used_at.get(device.owner, 0) > after and not _has_another(known, own, device.id, system)


def _has_another(known: Known, own: Iterable[SeenBrowser], device_id: str, system: str) -> bool:
    """Whether its owner has another device, on which they may have worked since."""
    owners = {one.device.owner_id for one in known.held if one.device.id == device_id}
    if any(one.device.owner_id in owners and one.device.id != device_id for one in known.held):
        return True
    return any(one.device_id != device_id and (one.device_id or one.system not in {system, ""}) for one in own)
