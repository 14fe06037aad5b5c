"""What must never be and is possible: the flow that makes it so, by which packets, in which steps."""

from __future__ import annotations

from tests.golden import Expected
from tests.network.networks import flow, harbor, way

from limen.network.broken import broken_nevers, path_text
from limen.network.compiling import compiled
from limen.network.model import Network, Never
from limen.network.packets.regions import Regions
from limen.network.proof.nevers import verdicts


def _network(hops: bool = False) -> Network:
    return harbor(
        [
            flow("in", way("guests", "files")),
            flow("on", way("files", "vault", "ssh")),
            flow("out", way("office", "erp")),
        ],
        nevers=[Never("quiet", way("guests", "backup", "any"), "ransomware", hops=hops)],
    )


def test_what_holds_is_not_told() -> None:
    assert list(broken_nevers(_network())) == []


def test_what_is_possible_by_way_of_others_is_told_at_the_first_flow() -> None:
    ((flow_id, what, _),) = broken_nevers(_network(hops=True))
    assert flow_id == "in"
    assert "quiet" in what


def test_steps_are_told_with_a_packet_each(expected: Expected) -> None:
    network = _network(hops=True)
    (verdict,) = verdicts(network, Regions(compiled(network, "")))
    expected(path_text(verdict.path))
    assert path_text(()) == ""


def test_what_is_within_an_open_zone_is_told_at_the_statement() -> None:
    network = harbor(nevers=[Never("apart", way("files", "dc", "ssh"), "no jumping")])
    assert [id_ for id_, _, _ in broken_nevers(network)] == ["apart"]


def test_only_what_is_built_in_can_be_done_without() -> None:
    never = Never("quiet", way("guests", "files", "any"), "x", is_built_in=True)
    own = Never("own", way("guests", "files", "any"), "x")
    fixes = [fix for _, _, fix in broken_nevers(harbor([flow("in", way("guests", "files"))], nevers=[never, own]))]
    assert ["`without`" in fix for fix in fixes] == [True, False]
