"""What a change of network.yaml opens and closes, in lines."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import flow, harbor, way

from limen.network.model import Block, Network
from limen.network.proof.changes_said import changes_said
from limen.network.proof.newly_reachable import renames

_TODAY = "2026-11-27"


def _said(before: Network, after: Network) -> tuple[list[str], list[str]]:
    said = changes_said(before, after, _TODAY)
    assert said.is_whole
    assert said.more == 0
    return [str(one) for one in said.new], [str(one) for one in said.gone]


def test_a_new_flow_is_one_line_by_its_names() -> None:
    after = harbor([flow("erp-web", way("office", "erp"))])
    assert _said(harbor(), after) == (["office → erp: https (erp-web)"], [])
    assert _said(after, harbor()) == ([], ["office → erp: https (erp-web)"])


def test_a_service_of_several_parts_is_one_and_both_families_need_no_word() -> None:
    after = harbor([flow("names", way("office", "dc", "dns ping"))])
    assert _said(harbor(), after) == (["office → dc: dns, ping (names)"], [])


def test_the_internet_is_one_name_though_it_is_many_boxes() -> None:
    after = harbor([flow("web", way("office", "internet", "https"))])
    assert _said(harbor(), after) == (["office → internet: https (web)"], [])


def test_a_block_that_ends_says_what_passes_again() -> None:
    flows, block = [flow("all", way("office", "servers", "any"))], Block("no-dc", way("office", "dc", "ssh"), "")
    assert _said(harbor(flows, [block]), harbor(flows)) == (["office → dc: ssh (all)"], [])


def test_addresses_without_a_name_are_said_beside_their_zone() -> None:
    before, after = harbor([flow("a", way("office", "files"))]), harbor([flow("b", way("office", "servers"))])
    new, gone = _said(before, after)
    assert gone == []
    assert [one[: one.index("): ")] for one in new] == [
        "office → servers (10.20.0.0-10.20.0.9, 10.20.0.11-10.20.0.255",
        "office → servers (fd00:20::/124, fd00:20::11-fd00:20::ffff:ffff:ffff:ffff",
    ]


def test_a_zone_of_another_name_opens_nothing() -> None:
    before = harbor([flow("a", way("office", "files"))])
    zones = tuple(replace(one, name="desks") if one.name == "office" else one for one in before.zones)
    after = replace(before, zones=zones, flows=(flow("a", way("desks", "files")),))
    assert renames(before, after) == {"office": "desks"}
    assert _said(before, after) == ([], [])


def test_a_zone_that_is_no_longer_isolated_is_said() -> None:
    after = harbor()
    before = replace(after, zones=tuple(replace(one, is_isolated=one.name == "guests") for one in after.zones))
    assert changes_said(before, after, _TODAY).opened_zones == ("guests",)
    assert changes_said(after, before, _TODAY).opened_zones == ()


def test_lines_are_bounded_and_the_rest_is_counted() -> None:
    services = ("https", "ssh", "dns", "ping")
    pairs = [(one, other) for one in ("office", "guests", "finance") for other in ("files", "vault")]
    flows = [
        flow(f"f{number}-{service}", way(one, other, service))
        for number, (one, other) in enumerate(pairs)
        for service in services
    ]
    said = changes_said(harbor(), harbor(flows), _TODAY, most=5)
    assert len(said.new) == 5
    assert said.more == len(flows) - 5
