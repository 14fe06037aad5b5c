"""Servers are known from elsewhere than what watches them, and two of one name are nobody's."""

from __future__ import annotations

from dataclasses import replace

from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import harbor, laptop
from tests.roadmap.network.houses import evidence

from limen.devices.model import State
from limen.devices.signals.hosts_store import SensorHost
from limen.roadmap.devices.servers import Server, of_no_server, servers
from limen.roadmap.evidence import Evidence

CRANE = SensorHost("defender", "crane", "", NOW)


def house(*hosts: SensorHost, names: tuple[str, ...] = ("crane.harbor.example",), **more: object) -> Evidence:
    return harbor(servers={f"h_{name}": name for name in names}, sensor_hosts=hosts, **more)  # type: ignore[arg-type]


def found(of: Evidence) -> list[Server]:
    return list(servers(of, ["defender"]))


def test_a_server_has_what_its_name_is_heard_with() -> None:
    (one,) = found(house(CRANE, replace(CRANE, source="other"), replace(CRANE, name="eider")))
    assert (one.id, one.heard, one.held, one.is_ambiguous) == ("h_crane.harbor.example", (NOW,), None, False)


def test_an_agent_on_it_is_matched_by_name_while_it_is_live() -> None:
    agent = laptop("crane", sensors={"defender": NOW - 1, "other": NOW})
    agent = replace(agent, device=replace(agent.device, name="CRANE"))
    (one,) = found(house(held=(agent,)))
    assert (one.held, one.heard) == (agent, (NOW - 1,))
    lost = replace(agent, device=replace(agent.device, state=State.LOST))
    assert found(house(held=(lost,)))[0].held is None


def test_one_host_does_for_no_two_servers() -> None:
    both = found(house(CRANE, names=("crane.harbor.example", "crane.branch.example")))
    assert [(one.is_ambiguous, one.heard) for one in both] == [(True, ())] * 2
    twins = tuple(replace(one, device=replace(one.device, name="crane")) for one in (laptop("ada"), laptop("ben")))
    assert found(house(CRANE, held=twins))[0].is_ambiguous


def test_hosts_of_network_yaml_in_zones_of_servers_count_once() -> None:
    network = evidence().network
    alone = replace(harbor(servers={}), network=network)
    assert {one.id for one in found(alone)} == {"host:files", "host:dc", "host:erp", "host:vault"}
    with_ssh = replace(house(names=("files.harbor.example",)), network=network)
    assert {one.id for one in found(with_ssh)} == {"h_files.harbor.example", "host:dc", "host:erp", "host:vault"}


def test_what_is_no_server_is_named() -> None:
    stranger = replace(CRANE, name="eider")
    assert list(of_no_server(house(CRANE, stranger, replace(stranger, source="other")), ["defender"])) == [stranger]
