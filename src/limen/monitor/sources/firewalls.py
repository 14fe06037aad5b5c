"""What firewalls that follow Limen deny, and how it comes in."""

from __future__ import annotations

from collections.abc import Sequence

from limen.monitor.normal_form.frame import FIREWALLS
from limen.monitor.sources.service import LogSources
from limen.pillar import FirewallLogs


def firewall_logs(sources: LogSources) -> FirewallLogs:
    """What monitoring offers to the network."""

    async def take(records: Sequence[bytes], address: str) -> None:
        if sources.rules.watch:
            await sources.deliver(FIREWALLS, FIREWALLS, records, address)

    return FirewallLogs(take)
