"""What a change of network.yaml opens and closes, in lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from tests.network.networks import flow, harbor, way

from limen.network.model import Block, Network, Trial
from limen.network.proof.changes_said import changes_said
from limen.network.proof.newly_reachable import renames
from limen.network.proof.opened_zones import Opened

_TODAY = "2026-11-27"


Said: TypeAlias = list[tuple[str, str, tuple[str, ...], str]]
"""From where to where by which services, and the ids of the rules."""


def _said(before: Network, after: Network) -> tuple[Said, Said]:
    said = changes_said(before, after, _TODAY)
    assert said.is_whole
    assert said.more == 0
    assert all(one.families == (4, 6) for one in (*said.new, *said.gone))
    new, gone = (
        [(one.source, one.destination, one.services, " ".join(one.rule_ids)) for one in some]
        for some in (said.new, said.gone)
    )
    return new, gone


def test_a_new_flow_is_one_line_by_its_names() -> None:
    after = harbor([flow("erp-web", way("office", "erp"))])
    assert _said(harbor(), after) == ([("office", "erp", ("https",), "erp-web")], [])
    assert _said(after, harbor()) == ([], [("office", "erp", ("https",), "erp-web")])


def test_a_service_of_several_parts_is_one_and_both_families_need_no_word() -> None:
    after = harbor([flow("names", way("office", "dc", "dns ping"))])
    assert _said(harbor(), after) == ([("office", "dc", ("dns", "ping"), "names")], [])


def test_the_internet_is_one_name_though_it_is_many_boxes() -> None:
    after = harbor([flow("web", way("office", "internet", "https"))])
    assert _said(harbor(), after) == ([("office", "internet", ("https",), "web")], [])


def test_a_block_that_ends_says_what_passes_again() -> None:
    flows, block = [flow("all", way("office", "servers", "any"))], Block("no-dc", way("office", "dc", "ssh"), "")
    assert _said(harbor(flows, [block]), harbor(flows)) == ([("office", "dc", ("ssh",), "all")], [])


def test_addresses_without_a_name_are_said_beside_their_zone(expected) -> None:
    before, after = harbor([flow("a", way("office", "files"))]), harbor([flow("b", way("office", "servers"))])
    said = changes_said(before, after, _TODAY)
    assert said.gone == ()
    assert [one.families for one in said.new] == [(4,), (6,)]
    expected("\n".join(map(str, said.new)))


def test_a_zone_of_another_name_opens_nothing() -> None:
    before = harbor([flow("a", way("office", "files"))])
    zones = tuple(replace(one, name="desks") if one.name == "office" else one for one in before.zones)
    after = replace(before, zones=zones, flows=(flow("a", way("desks", "files")),))
    assert renames(before, after) == {"office": "desks"}
    assert _said(before, after) == ([], [])


def test_a_zone_that_is_no_longer_isolated_is_said() -> None:
    after = harbor()
    before = replace(after, zones=tuple(replace(one, is_isolated=one.name == "guests") for one in after.zones))
    assert changes_said(before, after, _TODAY).opened == (Opened("guests", ("guests",)),)
    assert changes_said(after, before, _TODAY).opened == ()


def test_a_flow_that_would_have_ended_and_goes_on_is_new() -> None:
    ended, goes_on = (harbor([flow("a", way("office", "erp"), expires=day)]) for day in ("2026-01-01", "2027-12-31"))
    assert _said(ended, goes_on)[0] == [("office", "erp", ("https",), "a")]
    assert _said(harbor([flow("a", way("office", "erp"), expires="2027-01-01")]), goes_on)[0] != []
    assert _said(goes_on, goes_on) == ([], [])


def test_a_trial_hides_no_flow_that_stays_when_it_is_over() -> None:
    trial = Trial("look", way("office", "finance", "any"), "", "2026-12-24")
    before, after = (replace(harbor(flows), trials=(trial,)) for flows in ((), (flow("a", way("office", "erp")),)))
    assert _said(before, after)[0] == [("office", "erp", ("https",), "a")]
    longer = replace(before, trials=(replace(trial, until="2027-12-24"),))
    assert {line.rule_ids for line in changes_said(before, longer, _TODAY).new} == {("look",)}


def test_more_days_than_can_be_looked_at_are_said(monkeypatch) -> None:
    monkeypatch.setattr("limen.network.proof.changes_said.MOST_RULES_OF_ALL_DAYS", 20)
    flows = [flow(f"f{day}", way("office", "erp"), expires=f"2027-01-{day}") for day in range(10, 30)]
    assert not changes_said(harbor(flows[1:]), harbor(flows), _TODAY).is_whole


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
