"""What conntrack of a real kernel says of real connections, and of packets that it logs itself."""

from __future__ import annotations

import shutil
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.network.firewalls.real_router import RealRouter, needs_a_router, real_router

from limen.network.learning.flows import ObservedFlow
from limen.network.learning.reading import Lines

pytestmark = [
    needs_a_router,
    pytest.mark.skipif(shutil.which("conntrack") is None, reason="conntrack is missing (apt: conntrack)"),
]
FORWARDED = """
table inet seen {
  chain rewritten {
    type nat hook prerouting priority dstnat;
    ip daddr 10.10.0.1 tcp dport 8443 dnat ip to 10.20.0.10:443
  }
  chain forward { type filter hook forward priority filter; policy accept; ct state established accept; }
}
"""
OFFICE, SERVER = (int(ip_address(one)) for one in ("10.10.0.10", "10.20.0.10"))


def told(router: RealRouter, wanted: int) -> list[ObservedFlow]:
    """What was tracked, once so many connections began."""
    until = time.monotonic() + 20
    while True:
        lines = Lines(0)
        flows = list(lines.flows(router.said("conntrack").splitlines()))
        if sum(one.count for one in flows) >= wanted or time.monotonic() > until:
            assert lines.not_understood == 0, router.said("conntrack")
            return flows
        time.sleep(0.05)


def test_connections_are_told_with_who_began_and_whether_it_was_taken(tmp_path: Path) -> None:
    with real_router(tmp_path / "router") as router:
        router.run("nft", "-f", "-", given=FORWARDED)
        router.start("conntrack", "stdbuf", "-oL", "conntrack", "-E", "-o", "timestamp,extended")
        time.sleep(0.5)
        with router.listening(20, 443):
            assert router.reaches(10, "10.20.0.10", 443)
            assert router.reaches(10, "10.10.0.1", 8_443)
            assert not router.reaches(10, "10.20.0.10", 81)
            flows = told(router, 3)
    assert {(one.source, one.destination) for one in flows} == {(OFFICE, SERVER)}
    began = {one.port: sum(each.count for each in flows if each.port == one.port) for one in flows}
    assert began == {443: 2, 81: 1}
    assert {one.was_answered for one in flows if one.port == 443} >= {True}
    assert {one.was_answered for one in flows if one.port == 81} == {None, False}
    assert all(abs(one.at - time.time() * 1_000) < 60_000 for one in flows)
