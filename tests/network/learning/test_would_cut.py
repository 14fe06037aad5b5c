"""What a network would have cut of what was used."""

from __future__ import annotations

from dataclasses import replace

from tests.network.learning.seen import TODAY, contact, offices, tally
from tests.network.networks import flow, harbor, way

from limen.network.learning.would_cut import would_cut
from limen.network.model import Block, Trial

ERP, FILES = "10.21.0.4", "10.20.0.10"
USED = {**offices(ERP), **offices(FILES, many=2), contact("10.10.0.10", FILES, 22, person="p_ida"): tally(3)}


def test_each_pair_of_zones_tells_its_cuts_those_with_most_first() -> None:
    network = harbor(flows=[flow("web", way("office", "erp files"))])
    servers, finance = would_cut(network, USED, TODAY)
    assert (servers.from_zone, servers.to_zone, servers.used, servers.cut) == ("office", "servers", 13, 3)
    (cut,) = servers.cuts
    assert (cut.source, cut.destination, cut.service, cut.count) == ("office-10-10-0-10", "files", "ssh", 3)
    assert (cut.block, cut.person_ids) == ("", ("p_ida",))
    assert (finance.to_zone, finance.used, finance.cuts) == ("finance", 25, ())


def test_a_block_is_named() -> None:
    network = harbor(
        flows=[flow("all", way("office", "everything", "any"))],
        blocks=[Block("no-ssh", way("office", "servers", "ssh"), "")],
    )
    assert [(one.cut, [each.block for each in one.cuts]) for one in would_cut(network, USED, TODAY)] == [
        (3, ["no-ssh"]),
        (0, []),
    ]


def test_scans_and_what_is_refused_already_are_nobody_s_work() -> None:
    scan = {contact("10.10.0.66", f"10.20.0.{last}", 445): tally(1) for last in range(1, 100)}
    refused = {contact("10.10.0.10", FILES, 3_389): tally(4, refused=4)}
    trials = would_cut(
        harbor(flows=[flow("web", way("office", "erp files", "https ssh"))]), {**USED, **scan, **refused}, TODAY
    )
    assert sum(one.cut for one in trials) == 0


def test_what_is_on_trial_is_looked_at_as_if_it_were_not() -> None:
    trial = Trial("look", way("office", "servers", "any"), "we look first", "2027-01-15")
    network = replace(harbor(), trials=(trial,))
    found = {one.to_zone: (one.cut, one.until) for one in would_cut(network, USED, TODAY)}
    assert found == {"servers": (13, "2027-01-15"), "finance": (25, "")}
    assert {one.until for one in would_cut(network, USED, "2027-01-15")} == {""}
