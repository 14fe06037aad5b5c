"""What `limen-agent` reads of its device's logs and sends under the device's key: which, and how it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from limen.monitor.monitor_rules import Way
from limen.monitor.sources.service import LogSources
from limen.pillar import AgentLogs, NotTakenError

JOURNAL: Final = "journald"
"""How records of the systemd journal read, whatever the kind of their source."""


def agent_logs(sources: LogSources) -> AgentLogs:
    """What monitoring offers to devices."""

    def wanted(_platform: str) -> list[dict[str, Any]]:
        """By source: files and the journal. Nothing while nothing is watched."""
        rules = sources.rules
        return [
            {"source": name, "files": list(one.files), "journal": one.journal}
            for name, one in sorted(rules.sources.items())
            if rules.watch and one.way is Way.AGENT
        ]

    async def take(device_id: str, name: str, lines: Sequence[bytes], address: str, *, is_journal: bool) -> None:
        source = sources.rules.sources.get(name)
        if source is None or source.way is not Way.AGENT:
            return  # it was removed meanwhile: the agent learns it by the answer
        if not sources.rules.watch:
            raise NotTakenError("Limen watches nothing", "wait")
        kind = JOURNAL if is_journal else source.kind
        await sources.deliver(name, kind, lines, address, device_id)

    return AgentLogs(wanted, take)
