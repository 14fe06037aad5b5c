"""The packet to the backups: what takes part stands in Harbor's network.yaml; a machine without the means says so.

That it is refused and alarmed on a real router is asserted in `test_attack_story.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.company.load import load_company
from limen.demo import lateral_packet
from limen.demo.harbor import folder
from limen.demo.lateral_packet import BACKUP, ENDS, FIREWALL, LAPTOP, LIMEN, OFFICE, SERVERS, VAULT, fenced
from limen.demo.running_company import RunningCompany
from limen.network.model import FILE


def test_who_takes_part_stands_in_harbors_network() -> None:
    network = load_company(folder()).parts[FILE].network
    addresses = {str(each.network_address): host.zone for host in network.hosts for each in host.addresses}
    assert (addresses[VAULT], addresses[LIMEN], addresses.get(LAPTOP)) == ("backup", "servers", None)
    assert [one.name for one in network.firewalls] == [FIREWALL]
    made = {vlan: f"10.{vlan}.0.{end}" for vlan, end in ENDS.items()}
    assert made == {OFFICE: LAPTOP, SERVERS: LIMEN, BACKUP: VAULT}


async def test_where_no_router_can_be_made_it_says_why(
    company: RunningCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lateral_packet, "can_be_made", lambda: "needs root")
    async with fenced(company, tmp_path / "router") as fence:
        assert isinstance(fence, str)
        assert fence.endswith("needs root")
    assert not (tmp_path / "router").exists()
