"""Windows, RECORDED, NOT RUN ON THE SYSTEM: answers written after the documentation of WireGuard for Windows, and of
Microsoft's `Add-DnsClientNrptRule`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from agent.tests.tunnel.recorded import ENDPOINT, KEY, NAMES, ROUTES, WAY, Recorded

from limen_agent.errors import AgentError
from limen_agent.tunnel.windows import WindowsInterface

DENIED = AgentError("powershell.exe: Add-DnsClientNrptRule : Access is denied.")


def made(system: Recorded, state: Path, name: str = "") -> WindowsInterface:
    return WindowsInterface(name, KEY, WAY, ENDPOINT, state, system)


def test_it_is_a_service_and_its_file_goes_with_it(tmp_path: Path) -> None:
    system = Recorded()
    one = made(system, tmp_path)
    one.lead(ROUTES)
    file = tmp_path / "limen0.conf"
    said = file.read_text()
    assert "Address = 10.99.0.7, fd00:99::7" in said
    assert "AllowedIPs = 10.21.0.4/32, fd00:21::/64" in said
    assert "DNS" not in said  # which would be every name's resolver
    one.close()
    one.close()
    assert system.asked == [
        f"wireguard.exe /installtunnelservice {file}",
        "wireguard.exe /uninstalltunnelservice limen0",
    ]
    assert not file.exists()
    assert KEY.private not in " ".join(system.asked)


def test_each_name_has_a_rule_and_no_other_name(tmp_path: Path) -> None:
    system = Recorded()
    one = made(system, tmp_path)
    assert one.name(NAMES, WAY.resolvers) == ""
    (said,) = system.asked
    for name in NAMES:
        assert f"-Namespace '{name}' -NameServers '10.99.0.1','fd00:99::1'" in said
    assert said.index("Remove-DnsClientNrptRule") < said.index("Add-DnsClientNrptRule")
    one.close()
    assert "Remove-DnsClientNrptRule" in system.asked[-1]
    assert "Add-DnsClientNrptRule" not in system.asked[-1]


def test_who_may_not_set_names_is_told_and_leaves_none(tmp_path: Path) -> None:
    system = Recorded({"powershell.exe -NoProfile -NonInteractive -Command $ErrorAction": DENIED})
    one = made(system, tmp_path)
    assert "denied" in one.name(NAMES, WAY.resolvers)
    assert "Add-DnsClientNrptRule" not in system.asked[-1]


@pytest.mark.parametrize("name", ["../x", "a b", "x" * 33, "x'; reboot"])
def test_a_name_is_one_that_wireguard_takes(name: str, tmp_path: Path) -> None:
    with pytest.raises(AgentError):
        made(Recorded(), tmp_path, name)


def test_a_service_that_can_not_be_made_leaves_no_key_behind(tmp_path: Path) -> None:
    one = made(Recorded({"wireguard.exe /install": AgentError("wireguard.exe: Access is denied.")}), tmp_path)
    with pytest.raises(AgentError):
        one.lead(ROUTES)
    one.close()
    assert list(tmp_path.iterdir()) == []
