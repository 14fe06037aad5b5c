"""The chains that every table has. What they do: test_nftables_kernel.py."""

from __future__ import annotations

from limen.network.emit.nft_chains import denying_chains, forward_chain, input_chain, standing_sets
from limen.network.emit.nft_router import TunnelsHere
from limen.network.nft.tree import Hook, goto


def test_both_hooks_drop_what_comes_to_their_end() -> None:
    assert forward_chain().hook == Hook("filter", "forward", 0, "drop")
    assert input_chain().hook == Hook("filter", "input", 0, "drop")
    assert {chain.lines[-1].statements[-1]["goto"]["target"] for chain in (forward_chain(), input_chain())} == {
        "denied"
    }


def test_no_denying_chain_accepts_and_each_ends() -> None:
    for chain in denying_chains(7):
        said = [statement for line in chain.lines for statement in line.statements]
        assert not any("accept" in one for one in said)
        last = chain.lines[-1].statements[-1]
        assert {"drop", "reject"} & last.keys() or last == goto("answered")
        assert {one["log"]["group"] for one in said if "log" in one} <= {7}
    logging = [one.name for one in denying_chains(7) if "log" in str(one.lines)]
    assert logging == ["forged", "unknown", "denied-outside", "denied"]


def test_whoever_is_denied_is_counted_first_by_both_interfaces_and_before_any_share() -> None:
    for chain in denying_chains(7):
        said = [next(iter(statement)) for line in chain.lines for statement in line.statements]
        if chain.name not in {"denied-outside", "answered"}:
            assert said.index("set") < said.index("log")
            counted = next(one["set"] for line in chain.lines for one in line.statements if "set" in one)
            assert counted["set"] == "@counted"
            assert counted["stmt"] == [{"counter": None}]


def test_sets_are_there_when_empty() -> None:
    held = {one.name: one for one in standing_sets(["a", "b"], ["b"], [])}
    assert [len(held[name].elements) for name in ("interfaces", "uplinks", "management")] == [2, 1, 0]
    assert held["told6"].size == 65_535


def test_names_are_asked_by_the_tunnels_alone_at_the_address_there() -> None:
    more = input_chain(TunnelsHere(51_820, "wg0", ("10.99.0.1", "fd00:99::1")))
    new = [line for line in more.lines if line not in input_chain().lines]
    matches = [[one["match"]["right"] for one in line.statements if "match" in one] for line in new]
    assert matches == [[51_820], ["wg0", "10.99.0.1", 53], ["wg0", "fd00:99::1", 53]]
    assert len(input_chain(TunnelsHere(51_820)).lines) == len(input_chain().lines) + 1
