"""Few blocks, each with little slack."""

from __future__ import annotations

from itertools import product

from limen.network.learning.covering import Block, Zones, covered

OFFICE = frozenset(f"pc{number}" for number in range(24))
SERVERS = frozenset({"files", "mail", "wiki"})
ZONES = Zones(OFFICE, SERVERS)


def written(blocks: list[Block]) -> list[tuple[str | int, str | int]]:
    return [
        (
            "zone" if one.is_whole_source else len(one.sources),
            "zone" if one.is_whole_destination else " ".join(sorted(one.destinations)),
        )
        for one in blocks
    ]


def test_all_of_a_zone_is_the_zone() -> None:
    assert written(covered(product(OFFICE, ["files"]), ZONES, 0)) == [("zone", "files")]
    assert written(covered(product(OFFICE, SERVERS), ZONES, 0)) == [("zone", "zone")]


def test_nearly_all_is_the_zone_where_the_slack_allows_it() -> None:
    nearly = sorted(OFFICE)[1:]
    (block,) = covered(product(nearly, ["files"]), ZONES, 0.05)
    assert (written([block]), round(block.slack, 3)) == ([("zone", "files")], 0.043)
    assert written(covered(product(nearly, ["files"]), ZONES, 0.04)) == [(23, "files")]


def test_two_names_stay_two_names() -> None:
    assert written(covered(product(["pc1", "pc2"], ["files", "mail"]), ZONES, 9)) == [(2, "files mail")]


def test_blocks_that_are_alike_become_one() -> None:
    used = [*product(OFFICE, ["files"]), *product(sorted(OFFICE)[1:], ["mail"])]
    assert written(covered(used, ZONES, 0.03)) == [("zone", "files mail")]
    assert len(covered(used, ZONES, 0)) == 2


def test_what_may_not_be_is_not_made_wider() -> None:
    blocks = covered(product(OFFICE, ["files"]), ZONES, 0, lambda block: not block.is_whole_source)
    assert written(blocks) == [(24, "files")]


def test_every_pair_is_in_a_block() -> None:
    used = {("pc1", "files"), ("pc2", "mail"), ("pc3", "files"), ("pc3", "wiki")}
    blocks = covered(used, ZONES, 0)
    assert {pair for one in blocks for pair in product(one.sources, one.destinations)} == used


def test_pairs_of_two_families_can_not_talk_and_are_no_slack() -> None:
    families = {**dict.fromkeys(OFFICE, frozenset({4})), "pc23": frozenset({6}), "files": frozenset({4})}
    used = product(OFFICE - {"pc23"}, ["files"])
    (block,) = covered(used, Zones(OFFICE, SERVERS, families), 0)
    assert (block.is_whole_source, block.admitted) == (True, 23)
