"""What nft loads. That it does: tests/network/emit/test_nftables_kernel.py."""

from __future__ import annotations

import json

import pytest

from limen.network.nft.as_json import as_json, field, prefix_length, table_in
from limen.network.nft.listing import tables
from limen.network.nft.tree import ACCEPT, Chain, Element, Hook, Line, Set, Table, jump

_TABLE = Table(
    "inet",
    "limen",
    (
        Set(
            "s", ("ipv4_addr", "inet_service"), (Element(((1, 4), (22, 22)), "door", None, 9),), frozenset({"interval"})
        ),
        Set("m", ("ifname",), (Element(("vlan10",), verdict=jump("c")),), is_map=True),
    ),
    (Chain("c", (Line((ACCEPT,), "a"),)), Chain("f", (), Hook("filter", "forward", -5, "drop"))),
)


def test_it_begins_by_putting_away_the_table_of_its_name_and_no_other() -> None:
    commands = json.loads(as_json(_TABLE))["nftables"]
    own = {"table": {"family": "inet", "name": "limen"}}
    assert commands[:3] == [{"add": own}, {"delete": own}, {"add": own}]
    assert all([*one] == ["add"] for one in commands[2:])
    assert {next(iter(one["add"].values())).get("table", "limen") for one in commands[2:]} == {"limen"}


def test_it_is_read_as_the_same_table() -> None:
    listed = json.dumps({"nftables": [one for one in json.loads(as_json(_TABLE))["nftables"] if "add" in one]})
    (found,) = tables(listed)
    assert found == table_in(as_json(_TABLE))
    assert found.set_of == _TABLE.set_of
    assert found.chains == _TABLE.chains


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ((0x0A000000, 0x0A0000FF), {"prefix": {"addr": "10.0.0.0", "len": 24}}),
        ((0x0A000001, 0x0A000001), "10.0.0.1"),
        ((0x0A000001, 0x0A000002), {"range": ["10.0.0.1", "10.0.0.2"]}),
        ((0, 0xFFFFFFFF), {"prefix": {"addr": "0.0.0.0", "len": 0}}),
    ],
)
def test_addresses_are_written_as_people_do(value: tuple[int, int], written: object) -> None:
    assert field("ipv4_addr", value) == written


def test_only_what_is_a_prefix_has_a_length() -> None:
    assert [prefix_length(one, 32) for one in ((0, 7), (4, 7), (2, 5), (0, 2))] == [29, 30, None, None]
