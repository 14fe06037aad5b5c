"""From what was used to flows that somebody can stand behind."""

from __future__ import annotations

from tests.network.learning.seen import AT, TODAY, contact, offices, tally
from tests.network.networks import flow, harbor, way

from limen.network.learning.counting import Contact, Tally
from limen.network.learning.proposing import Proposal, proposed
from limen.network.model import Network, Never, Way

ERP, FILES, VAULT = "10.21.0.4", "10.20.0.10", "10.60.0.2"


def learned(tallies: dict[Contact, Tally], network: Network | None = None) -> Proposal:
    return proposed(network or harbor(), tallies, TODAY)


def test_what_a_whole_zone_uses_is_one_flow_with_what_it_rests_on() -> None:
    person = {contact("10.10.0.12", ERP, person="p_ida"): tally(2)}
    proposal = learned({**offices(ERP), **person})
    (one,) = proposal.flows
    assert one.flow.way == Way(("office",), ("erp",), ("https",))
    assert (one.flow.id, one.flow.owner, one.flow.review) == ("office-erp-https", "", "2027-05-26")
    assert (one.count, one.sources, one.pairs, one.slack, one.person_ids) == (27, 5, 5, 0.0, ("p_ida",))
    assert (one.first_at, one.last_at) == (AT, AT + 60_000)
    assert (proposal.hosts, proposal.used, proposal.slack) == ((), 27, 0.0)


def test_hosts_without_a_name_are_proposed_only_where_a_flow_needs_them() -> None:
    proposal = learned({**offices(ERP), contact("10.10.0.10", "10.20.0.77", 8_080): tally()})
    assert [one.flow.way for one in proposal.flows] == [
        Way(("office",), ("erp",), ("https",)),
        Way(("office-10-10-0-10",), ("servers-10-20-0-77",), ("tcp-8080",)),
    ]
    assert {one.name for one in proposal.hosts} == {"office-10-10-0-10", "servers-10-20-0-77"}
    assert [one.name for one in proposal.services] == ["tcp-8080"]


def test_what_must_never_be_is_named_and_not_made_possible_by_widening() -> None:
    network = harbor(nevers=[Never("n", way("office", "vault", "any"), "why")])
    others = {contact(f"10.10.0.{one}", "10.60.0.9"): tally() for one in range(10, 15)}
    more = {contact(f"10.10.0.{one}", f"10.60.0.{last}"): tally() for one in range(10, 15) for last in (7, 8)}
    proposal = learned({**offices(VAULT), **others, **more}, network)
    assert {(one.never, one.destination, one.count) for one in proposal.forbidden} == {("n", "vault", 5)}
    assert all("backup" not in one.flow.way.destinations for one in proposal.flows)
    assert {name for one in proposal.flows for name in one.flow.way.destinations} == {
        "backup-10-60-0-7",
        "backup-10-60-0-8",
        "backup-10-60-0-9",
    }


def test_what_a_flow_lets_through_already_is_counted_by_it() -> None:
    network = harbor(flows=[flow("erp-web", way("office", "erp")), flow("old", way("office", "files"), expires=TODAY)])
    proposal = learned({**offices(ERP), **offices(FILES)}, network)
    assert proposal.stated == {"erp-web": 25}
    assert [one.flow.way.destinations for one in proposal.flows] == [("files",)]


def test_ids_that_are_taken_are_not_taken_again() -> None:
    network = harbor(flows=[flow("office-erp-https", way("office", "files", "ssh"))])
    assert [one.flow.id for one in learned(offices(ERP), network).flows] == ["office-erp-https-2"]


def test_what_a_firewall_refused_is_not_used() -> None:
    refused = {one: tally(5, refused=5) for one in offices(ERP)}
    proposal = learned({**refused, **offices(FILES, many=2)})
    assert (proposal.refused, proposal.used, len(proposal.flows)) == (25, 10, 1)


def test_what_no_zone_has_is_counted() -> None:
    proposal = learned({contact("192.168.9.1", "192.168.9.2"): tally(), **offices(ERP)})
    assert (proposal.unplaced, len(proposal.flows)) == (5, 1)


def test_the_internet_is_one_place() -> None:
    out = {contact(f"10.10.0.{one}", "0.0.0.0"): tally() for one in range(10, 15)}
    (one,) = learned(out).flows
    assert one.flow.way == Way(("office",), ("internet",), ("https",))


def test_what_network_yaml_has_no_word_for_is_counted() -> None:
    proposal = learned({contact("10.10.0.10", FILES, 0, 89): tally(3), contact("10.10.0.10", FILES, 0, 47): tally()})
    assert proposal.unsaid == 3
    assert [one.flow.way.services for one in proposal.flows] == [("gre",)]
