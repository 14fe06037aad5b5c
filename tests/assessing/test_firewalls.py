"""The rules of a firewall as the network that they make: nothing is called closed that may be open."""

from __future__ import annotations

import json
from ipaddress import ip_network

import pytest
from tests.assessing.harbor import FIREWALL, FIREWALL_6, NOW
from tests.assessing.made import file

from limen.assessing.firewalls import rules_of
from limen.assessing.folder import File, RefusedError
from limen.clock import DAY
from limen.network.model import Prefix
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Part
from limen.roadmap.network.default_deny import CONTROL

PLACES: dict[str, tuple[Prefix, ...]] = {
    "office": (ip_network("10.10.0.0/24"),),
    "servers": (ip_network("10.20.0.0/24"),),
    "guests": (ip_network("10.40.0.0/24"),),
}


def measured(*files: File, places: dict[str, tuple[Prefix, ...]] = PLACES) -> Part:
    found = rules_of(files, places, NOW)
    return CONTROL.measured(Evidence(at=NOW, network=found.evidence)).parts[0]


def both(v4: str = FIREWALL) -> tuple[File, File]:
    return file("a.v4", v4), file("a.v6", FIREWALL_6)


def open_pairs(part: Part) -> set[str]:
    return {one.id for one in part.misses}


def test_pairs_between_which_something_passes_are_open_and_all_others_closed() -> None:
    part = measured(*both())
    assert part.denominator == 12
    assert open_pairs(part) == {"office>servers", "office>internet", "guests>internet"}


def test_without_the_rules_of_ipv6_nothing_is_known_to_be_closed() -> None:
    assert measured(both()[0]).numerator == 0


def test_rules_that_are_not_understood_may_let_something_through() -> None:
    rule = "-A FORWARD -i guests -o servers -m unheard --of it -j ACCEPT\n"
    assert "guests>servers" in open_pairs(measured(*both(FIREWALL.replace("COMMIT", rule + "COMMIT"))))


def test_what_is_no_flow_between_zones_makes_the_whole_firewall_doubtful() -> None:
    rule = "-A FORWARD -s 10.40.0.7/31 -d 10.20.0.0/25 -j ACCEPT\n"
    assert measured(*both(FIREWALL.replace("COMMIT", rule + "COMMIT"))).numerator == 0


def test_without_addresses_there_are_no_zones_and_no_figure() -> None:
    assert not measured(*both(), places={}).is_known


def test_a_dump_of_the_day_before_yesterday_says_nothing_of_today() -> None:
    old = [File(one.name, one.data, NOW - 2 * DAY) for one in both()]
    assert measured(*old).numerator == 0
    to_come = [File(one.name, one.data, NOW + DAY) for one in both()]
    assert measured(*to_come).numerator == 0


def test_a_listing_of_nftables() -> None:
    place = {"family": "inet", "table": "filter"}
    chain = {**place, "name": "forward", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}

    def meta(key: str, value: str) -> dict[str, object]:
        return {"match": {"op": "==", "left": {"meta": {"key": key}}, "right": value}}

    rule = {
        **place,
        "chain": "forward",
        "expr": [meta("iifname", "office"), meta("oifname", "servers"), {"accept": None}],
    }
    listing = [{"table": {"family": "inet", "name": "filter"}}, {"chain": chain}, {"rule": rule}]
    text = json.dumps({"nftables": listing})
    part = measured(file("a.json", text))
    assert open_pairs(part) == {"office>servers"}
    assert part.denominator == 12
    with pytest.raises(RefusedError):
        measured(file("a.json", text), file("b.json", text))


def test_files_of_two_firewalls_are_refused() -> None:
    with pytest.raises(RefusedError):
        measured(*both(), file("b.v4", FIREWALL))


def test_the_worst_openings_are_said() -> None:
    found = rules_of(both(), PLACES, NOW)
    assert found.kind == "iptables"
    assert len(found.worst) >= 2
