"""macOS, RECORDED, NOT RUN ON THE SYSTEM: answers written after ifconfig(8), route(8) and resolver(5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from agent.tests.tunnel.recorded import ENDPOINT, KEY, NAMES, ROUTES, WAY, Recorded, Running

from limen_agent.errors import AgentError
from limen_agent.tunnel.macos import OURS, MacInterface

FILE_EXISTS = "add net 10.21.0.4/32: gateway utun4: File exists\n"


def made(system: Recorded, folder: Path, running: Running | None = None) -> MacInterface:
    process = running or Running()
    return MacInterface("", KEY, WAY, ENDPOINT, system, lambda _name: ("utun4", process), folder / "resolver")


def test_addresses_peer_and_routes_are_the_interfaces(tmp_path: Path) -> None:
    system, running = Recorded(), Running()
    one = made(system, tmp_path, running)
    one.lead(ROUTES)
    assert system.asked == [
        "ifconfig utun4 inet 10.99.0.7/32 10.99.0.7 alias",
        "ifconfig utun4 inet6 fd00:99::7/128 alias",
        "ifconfig utun4 mtu 1420 up",
        "wg setconf utun4 /dev/stdin",
        "route -n add -inet 10.21.0.4/32 -interface utun4",
        "route -n add -inet6 fd00:21::/64 -interface utun4",
    ]
    assert "AllowedIPs = 10.21.0.4/32, fd00:21::/64" in system.given[0]
    assert KEY.private not in " ".join(system.asked)
    one.close()
    assert not running.is_running


def test_a_route_that_is_there_is_an_error_though_route_ends_well(tmp_path: Path) -> None:
    one = made(Recorded({"route": FILE_EXISTS}), tmp_path)
    with pytest.raises(AgentError):
        one.lead(ROUTES)


def test_each_name_is_a_file_while_it_is_up(tmp_path: Path) -> None:
    one, folder = made(Recorded(), tmp_path), tmp_path / "resolver"
    assert one.name(NAMES, WAY.resolvers) == ""
    assert {file.name: file.read_text() for file in folder.iterdir()} == dict.fromkeys(
        NAMES, f"{OURS}nameserver 10.99.0.1\nnameserver fd00:99::1\n"
    )
    one.close()
    assert list(folder.iterdir()) == []


def test_what_was_left_behind_is_replaced_and_what_is_somebody_elses_stays(tmp_path: Path) -> None:
    folder = tmp_path / "resolver"
    folder.mkdir()
    left, other = (folder / name for name in NAMES)
    left.write_text(f"{OURS}nameserver 192.0.2.1\n")
    other.write_text("nameserver 192.0.2.2\n")
    one = made(Recorded(), tmp_path)
    assert str(other) in one.name(NAMES, WAY.resolvers)
    assert [file.name for file in folder.iterdir()] == [other.name]
    one.close()
    assert other.read_text() == "nameserver 192.0.2.2\n"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder, aim = tmp_path / "resolver", tmp_path / "hosts"
    folder.mkdir()
    (folder / "erp.harbor.internal").symlink_to(aim)
    one = made(Recorded(), tmp_path)
    assert one.name(NAMES, WAY.resolvers)
    assert not aim.exists()
    one.close()


def test_where_it_can_not_be_made_nothing_is_left(tmp_path: Path) -> None:
    running = Running()
    with pytest.raises(AgentError):
        made(Recorded({"ifconfig": AgentError("ifconfig: permission denied")}), tmp_path, running)
    assert not running.is_running
