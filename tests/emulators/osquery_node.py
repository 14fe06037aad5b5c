"""A client of osquery's published contract (*Remote server API*, and what osquery logs). It is not osqueryd.

No package index that the tests may use has osqueryd. Its queries are tried on SQLite, with tables as in its schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2

from limen.clock import SECOND

UUID = "4C4C4544-0042-3510-8052-C4C04F4E3432"
DETAILS: dict[str, Any] = {
    "os_version": {"name": "macOS", "version": "26.1", "platform": "darwin"},
    "osquery_info": {"version": "5.19.0"},
    "platform_info": {"vendor": "Apple Inc."},
    "system_info": {"uuid": UUID, "hardware_serial": "C02OSQ01", "computer_name": "lark", "hostname": "lark.local"},
}


@dataclass
class Node:
    """One machine: it enrols, fetches its queries, and logs snapshots of them."""

    client: httpx2.AsyncClient
    secret: str
    details: dict[str, Any] = field(default_factory=lambda: DETAILS)
    key: str = ""

    async def post(self, path: str, **sent: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/osquery/{path}", json=sent, headers={"user-agent": "osquery/5.19.0"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def enroll(self) -> bool:
        """True where the server takes the node."""
        answer = await self.post("enroll", enroll_secret=self.secret, host_identifier="lark", host_details=self.details)
        self.key = answer.get("node_key", "")
        return not answer.get("node_invalid", False)

    async def log(self, at: int, **queries: list[dict[str, str]]) -> dict[str, Any]:
        """Snapshots of these queries, as the TLS logger sends them; `at` in milliseconds."""
        data = [
            {
                "snapshot": rows,
                "action": "snapshot",
                "name": f"limen_{name}",
                "hostIdentifier": "lark",
                "calendarTime": "Fri Nov 27 09:00:00 2026 UTC",
                "unixTime": at // SECOND,
                "epoch": 0,
                "counter": 0,
                "numerics": False,
            }
            for name, rows in queries.items()
        ]
        return await self.post("log", node_key=self.key, log_type="result", data=data)
