"""Flows that somebody asks for: what may be named, by whom, whose it is where they lead, and what they would open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.network.networks import harbor, way

from limen.errors import LimenError
from limen.network.model import Block, Flow, Network, Never
from limen.network.requested import MOST_DAYS, again, judged, meaning, owners_of, stated, with_requested

TODAY = "2026-11-30"
NETWORK = harbor([Flow("files", way("office", "files", "ssh"), "work", "it@harbor.example", "2027-05-01")])


def ask(network: Network = NETWORK, **more: Any) -> Any:
    said = {
        "source": "office",
        "destination": "files",
        "service": "https",
        "review": "",
        "expires": "",
        "mark": "3f9c2a",
        "knows_all": False,
    }
    return judged(network, TODAY, **{**said, **more})


def opened(service: str) -> str:
    return f"office → files: {service}"


def test_it_says_what_it_would_open_and_whose_that_is() -> None:
    found = ask(expires="2027-01-31")
    assert (found.flow.source, found.flow.destination, found.flow.service) == ("office", "files", "https")
    assert found.flow.id == "office-to-files-3f9c2a"
    assert (found.flow.review, found.flow.expires) == ("2027-05-29", "2027-01-31")
    assert found.opens == (opened("https"),)
    assert found.owners == ("it@harbor.example",)
    assert found.flow.owner == "it@harbor.example"
    assert again(NETWORK, TODAY, found.flow) == found


def test_owners_are_those_of_the_host_then_of_its_zone_then_of_flows_to_it() -> None:
    (host,) = (one for one in NETWORK.hosts if one.name == "files")
    zones = tuple(replace(one, owner="staff") if one.name == "servers" else one for one in NETWORK.zones)
    of_zone = replace(NETWORK, zones=zones)
    of_host = replace(of_zone, hosts=(replace(host, owner="ines@harbor.example"),))
    assert owners_of(of_host, "files") == ("ines@harbor.example",)
    assert owners_of(of_zone, "files") == owners_of(of_zone, "servers") == ("staff",)
    assert owners_of(NETWORK, "files") == ("it@harbor.example",)
    assert owners_of(NETWORK, "vault") == owners_of(NETWORK, "internet") == ()


def test_an_address_is_its_host_and_a_port_its_service() -> None:
    found = ask(destination="10.20.0.10", service="tcp/443")
    assert (found.flow.destination, found.flow.service) == ("files", "https")
    assert ask(service="tcp/8443").opens == (opened("tcp/8443"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "files"},
        {"source": "internet"},
        {"source": "inside"},
        {"destination": "everything"},
        {"destination": "10.20.0.99"},
        {"destination": "files, vault"},
        {"destination": "guests"},
        {"destination": "x: y\n- id: all"},
        {"service": "any"},
        {"service": "https, ssh"},
        {"service": "tcp"},
        {"service": "tcp/0"},
        {"review": "2026-11-30"},
        {"expires": "2029-01-01"},
        {"expires": "20270101"},
        {"review": "soon"},
    ],
)
def test_what_is_wrong_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(LimenError):
        ask(**wrong)


def test_whoever_reads_the_network_may_name_hosts_where_devices_are_somebodys() -> None:
    (files,) = (one for one in NETWORK.hosts if one.name == "files")
    network = replace(NETWORK, hosts=(*NETWORK.hosts, replace(files, name="laptop", zone="office", addresses=())))
    assert ask(source="vault", destination="files", knows_all=True).opens
    with pytest.raises(LimenError) as hidden:
        ask(network, source="servers", destination="laptop")
    with pytest.raises(LimenError) as absent:
        ask(network, source="servers", destination="no-such-laptop")
    assert str(hidden.value) == str(absent.value)


def test_what_must_never_be_is_refused_with_why() -> None:
    network = replace(NETWORK, nevers=(Never("no-vault", way("office", "vault", "any"), "ransomware"),))
    with pytest.raises(LimenError) as refused:
        ask(network, destination="vault", service="ssh", knows_all=True)
    assert "no-vault" in refused.value.what
    with pytest.raises(LimenError) as to_others:
        ask(network, destination="vault", service="ssh")
    assert not {"no-vault", "10.60.0.2", "vault"} & set(str(to_others.value).split())


def test_what_is_let_through_already_is_no_request() -> None:
    with pytest.raises(LimenError):
        ask(service="ssh")


def test_what_ends_before_it_is_judged_again_is_over() -> None:
    flow = ask(expires="2026-12-01").flow
    with pytest.raises(LimenError):
        again(NETWORK, "2026-12-01", flow)


def test_its_meaning_changes_with_what_its_names_mean_and_with_nothing_else() -> None:
    flow = ask().flow
    elsewhere = [
        replace(one, addresses=NETWORK.host_of["dc"].addresses) for one in NETWORK.hosts if one.name == "files"
    ]
    moved = replace(NETWORK, hosts=tuple(elsewhere))
    assert again(moved, TODAY, flow).flow.meaning != flow.meaning
    more = replace(NETWORK, flows=(*NETWORK.flows, Flow("x", way("guests", "erp"), "x", "x@x.example", "2027-01-01")))
    assert again(more, TODAY, flow).flow.meaning == flow.meaning == meaning(NETWORK, flow, "2027-01-01")
    blocked = replace(NETWORK, blocks=(Block("b", way("office", "files", "dns"), "quiet"),))
    assert again(blocked, TODAY, flow).flow.meaning == flow.meaning
    gone = replace(NETWORK, hosts=())
    with pytest.raises(LimenError):
        again(gone, TODAY, flow)


def test_it_is_stated_as_it_was_asked_for() -> None:
    flow = ask(service="tcp/8443").flow
    assert stated(flow, "Orders").purpose == "Orders"
    after = with_requested(NETWORK, flow, "Orders")
    assert [one.id for one in after.flows] == ["files", flow.id]
    assert "tcp/8443" in after.service_of


def test_days_are_within_two_years() -> None:
    assert MOST_DAYS > 700
    assert ask(review="2028-11-29").flow.review == "2028-11-29"
