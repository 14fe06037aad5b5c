"""network.yaml with a flow more, less, or one that leads less far, read back as `limen check` reads it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from tests.network.written import ZONES, flow, stated

from limen.errors import LimenError
from limen.network.flow_text import isolated, kept_out_of, kept_until, with_flow, with_host, without_flow, without_trial
from limen.network.model import Flow, Host, Network, Way

TEXT = (
    "without: {backup-from-people: it is tried here}\n"
    + ZONES
    + "flows:\n"
    + flow("web", "office", "internet", "https")
    + flow("wide", "office", "inside", "ping")
    + flow("files", "office", "[files, printers, erp]", "smb")
)


def network(text: str) -> Network:
    return stated(text).network


def flows(text: str) -> dict[str, Flow]:
    return {one.id: one for one in network(text).flows}


def test_a_flow_is_read_back_as_it_was_put_in() -> None:
    new = Flow(
        "new", Way(("office",), ("erp", "files"), ("https",)), 'the "ERP": #1', "it@harbor.example", "2027-05-01"
    )
    assert flows(with_flow(TEXT, new))["new"] == new
    ends = Flow("new", Way(("office",), ("erp",), ("dns", "https")), "on", "staff", "2027-05-01", "2027-06-01")
    assert flows(with_flow(ZONES, ends)) == {"new": ends}


@pytest.mark.parametrize("text", [TEXT, ZONES.split("hosts:")[0]])
def test_a_host_is_read_back_as_it_was_put_in(text: str) -> None:
    new = Host("nas-2", "backup", (ip_network("10.60.0.9"),))
    assert network(with_host(text, new)).host_of["nas-2"] == new


def test_a_flow_goes_and_another_is_reviewed() -> None:
    assert flows(without_flow(TEXT, "wide")).keys() == {"web", "files"}
    web = flows(TEXT)["web"]
    kept = flows(kept_until(TEXT, web, "2028-01-31"))["web"]
    assert (kept.review, kept.expires) == ("2028-01-31", "")
    for change in (lambda: without_flow(TEXT, "gone"), lambda: kept_until(TEXT, replace(web, id="gone"), "2028-01-31")):
        with pytest.raises(LimenError):
            change()


def test_what_would_end_before_ends_on_that_day() -> None:
    text = with_flow(
        ZONES, Flow("new", Way(("office",), ("erp",), ("dns",)), "on", "staff", "2027-05-01", "2027-06-01")
    )
    new = flows(text)["new"]
    for day, ends in (("2027-05-31", "2027-06-01"), ("2028-01-31", "2028-01-31")):
        kept = flows(kept_until(text, new, day))["new"]
        assert (kept.review, kept.expires) == (day, ends)


def test_a_flow_that_leads_less_far_keeps_all_else() -> None:
    text = kept_out_of(TEXT, network(TEXT), "files", "servers")
    assert flows(text)["files"].way == Way(("office",), ("printers",), ("smb",))
    assert flows(text)["web"] == flows(TEXT)["web"]


def test_a_flow_to_everything_inside_then_names_the_zones_that_are_left() -> None:
    text = kept_out_of(TEXT, network(TEXT), "wide", "backup")
    assert set(flows(text)["wide"].way.destinations) == {"office", "servers", "printers"}


def test_a_flow_of_which_nothing_is_left_goes() -> None:
    assert flows(kept_out_of(TEXT, network(TEXT), "web", "internet")).keys() == {"wide", "files"}
    with pytest.raises(LimenError):
        kept_out_of(TEXT, network(TEXT), "gone", "servers")


def test_a_trial_goes_and_all_else_stays() -> None:
    first, second = "  - {id: a, from: x, to: y}\n", "  - {id: b, from: x, to: z}  # the second\n"
    head = "# ours\ntrial:\n"
    assert without_trial(head + first + second, "a") == head + second
    with pytest.raises(LimenError):
        without_trial(head + first + second, "c")


def test_a_zone_is_kept_apart_and_the_flows_stay() -> None:
    changed = isolated(TEXT, "office")
    assert network(changed).zone_of["office"].is_isolated
    assert flows(changed) == flows(TEXT)
    with pytest.raises(LimenError):
        isolated(TEXT, "nowhere")
