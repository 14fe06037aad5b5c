"""network.yaml with a flow more, less, or one that leads less far, read back as `limen check` reads it."""

from __future__ import annotations

import pytest
from tests.network.written import ZONES, flow, stated

from limen.errors import LimenError
from limen.network.flow_text import isolated, kept_out_of, reviewed, with_flow, without_flow
from limen.network.model import Flow, Network, Way

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


def test_a_flow_goes_and_another_is_reviewed() -> None:
    assert flows(without_flow(TEXT, "wide")).keys() == {"web", "files"}
    assert flows(reviewed(TEXT, "web", "2028-01-31"))["web"].review == "2028-01-31"
    for change in (lambda: without_flow(TEXT, "gone"), lambda: reviewed(TEXT, "gone", "2028-01-31")):
        with pytest.raises(LimenError):
            change()


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


def test_a_zone_is_kept_apart_and_the_flows_stay() -> None:
    changed = isolated(TEXT, "office")
    assert network(changed).zone_of["office"].is_isolated
    assert flows(changed) == flows(TEXT)
    with pytest.raises(LimenError):
        isolated(TEXT, "nowhere")
