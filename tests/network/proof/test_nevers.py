"""What must never be: proved, or refuted with a packet, a rule and the steps."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.model import INSIDE, Block, Network, Never, Trial
from limen.network.packets.regions import Regions
from limen.network.proof.nevers import Verdict, verdicts

_TODAY = "2026-11-27"


def _verdict(network: Network) -> Verdict:
    (one,) = verdicts(network, Regions(compiled(network, _TODAY)))
    return one


def _path(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(step.source.name, step.destination.name, step.rule_id) for step in verdict.path]


def test_nothing_let_through_is_proved() -> None:
    never = Never("n", way("office guests", "backup", "any"), "")
    assert _verdict(harbor([flow("a", way("office", "files"))], nevers=[never])).holds


def test_a_flow_that_breaks_it_is_named_with_a_packet() -> None:
    network = harbor([flow("a", way("office", "vault"))], nevers=[Never("n", way("office", "backup", "any"), "")])
    verdict = _verdict(network)
    assert not verdict.holds
    assert _path(verdict) == [("office", "vault", "a")]
    packet = verdict.path[0].packet
    assert packet is not None
    assert packet.addresses == ("10.10.0.0", "10.60.0.2")
    assert compiled(network, _TODAY).allows(packet)


def test_a_block_makes_it_hold_again() -> None:
    flows, never = [flow("a", way("office", "vault"))], Never("n", way("office", "backup", "any"), "")
    assert _verdict(harbor(flows, [Block("b", way("office", "backup", "any"), "")], [never])).holds


def test_by_hops_it_is_possible_in_three_steps() -> None:
    flows = [flow("web", way("office", "files")), flow("copy", way("dc", "vault", "ssh"))]
    direct, hops = (Never("n", way("office", "backup", "any"), "", hops=by) for by in (False, True))
    assert _verdict(harbor(flows, nevers=[direct])).holds
    assert _path(_verdict(harbor(flows, nevers=[hops]))) == [
        ("office", "files", "web"),
        ("files", "dc", ""),
        ("dc", "vault", "copy"),
    ]


def test_in_an_isolated_zone_no_host_goes_on_to_its_neighbour() -> None:
    flows = [flow("web", way("office", "files")), flow("copy", way("dc", "vault", "ssh"))]
    network = harbor(flows, nevers=[Never("n", way("office", "backup", "any"), "", hops=True)])
    zones = tuple(replace(one, is_isolated=one.name == "servers") for one in network.zones)
    assert _verdict(replace(network, zones=zones)).holds


def test_by_an_echo_nobody_goes_on() -> None:
    flows = [flow("ping", way("office", "files", "ping")), flow("copy", way("files", "vault", "ssh"))]
    assert _verdict(harbor(flows, nevers=[Never("n", way("office", "backup", "any"), "", hops=True)])).holds


def test_the_last_step_is_by_a_service_that_is_meant() -> None:
    flows = [flow("web", way("office", "files")), flow("copy", way("files", "vault", "ssh"))]
    by_ssh, by_web = (Never("n", way("office", "vault", one), "", hops=True) for one in ("ssh", "https"))
    assert not _verdict(harbor(flows, nevers=[by_ssh])).holds
    assert _path(_verdict(harbor(flows, nevers=[by_web])))[-1] == ("backup", "vault", "")


def test_whoever_is_reached_is_reached_again_by_its_neighbour() -> None:
    """By the service that is meant, though another one led there first."""
    flows = [flow("web", way("office", "files dc")), flow("admin", way("servers", "servers", "ssh"))]
    network = harbor(flows, nevers=[Never("n", way("office", "files", "ssh"), "", hops=True)])
    apart = tuple(replace(one, is_isolated=one.name == "servers") for one in network.zones)
    for zones in (network.zones, apart):
        assert _path(_verdict(replace(network, zones=zones)))[-1][1] == "files"


def test_what_has_no_name_in_a_zone_is_many_machines_unless_it_is_one() -> None:
    never, web = Never("n", way("office", "finance", "ssh"), "", hops=True), flow("web", way("office", "finance"))
    open_, apart = harbor([web], nevers=[never]), harbor([web, flow("admin", way("finance", "finance", "ssh"))])
    isolated = tuple(replace(one, is_isolated=True) for one in apart.zones)
    for network in (open_, replace(apart, nevers=(never,), zones=isolated)):
        unnamed = replace(network, hosts=())
        assert [(one, other) for one, other, _ in _path(_verdict(unnamed))][-1] == ("finance", "finance")
    one_machine = tuple(
        replace(one, prefixes=(ip_network("10.21.0.4/32"),)) if one.name == "finance" else one for one in open_.zones
    )
    assert _verdict(replace(open_, hosts=(), zones=one_machine)).holds


def test_hosts_of_an_open_zone_are_not_kept_apart() -> None:
    verdict = _verdict(harbor(nevers=[Never("n", way("files", "dc", "ssh"), "")]))
    assert _path(verdict) == [("files", "dc", "")]
    assert verdict.path[0].packet is None


def test_a_zone_is_not_kept_from_itself_by_what_is_said_of_all() -> None:
    assert _verdict(harbor(nevers=[Never("n", way(INSIDE, "backup", "any"), "", hops=True)])).holds
    assert not _verdict(harbor(nevers=[Never("n", way("backup", "backup", "any"), "")])).holds


def test_between_zones_on_trial_it_is_possible_and_said_to_be_by_the_trial() -> None:
    never = Never("n", way("office", "backup", "any"), "", hops=True)
    trial = Trial("look", way("office", "servers", "any"), "", "2027-01-15")
    network = replace(harbor([flow("copies", way("servers", "vault"))], nevers=[never]), trials=(trial,))
    verdict = _verdict(network)
    assert (verdict.holds, verdict.is_on_trial) == (False, True)
    assert {step.rule_id for step in verdict.path} == {"look", "copies"}
    assert _verdict(network.without_trials).holds
    broken = _verdict(harbor([flow("a", way("office", "vault"))], nevers=[never]))
    assert (broken.holds, broken.is_on_trial) == (False, False)
