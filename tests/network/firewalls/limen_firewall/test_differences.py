"""What is other than meant, each with its place. With a real kernel: tests/laws/test_network_drift.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.firewalls.limen_firewall.drifted import drift, kinds

from limen.network.nft.tree import ACCEPT, DROP, Chain, Element, Hook, Line, Set, Table

_LINES = (Line((ACCEPT,), "a"), Line((DROP,)))
_TIMED = Set("s", ("inet_service",), (Element(((22, 22),), "door", None, 60),), frozenset({"timeout"}))
_MEANT = Table("inet", "limen", (_TIMED,), (Chain("forward", _LINES, Hook("filter", "forward", 0, "drop")),))
_FORWARD, _SET = "chain forward", "set s"


def _chain(**changes: object) -> Table:
    return replace(_MEANT, chains=(replace(_MEANT.chains[0], **changes),))  # type: ignore[arg-type]


def _elements(*elements: Element) -> Table:
    return replace(_MEANT, sets=(replace(_TIMED, elements=elements),))


@pytest.mark.parametrize(
    ("live", "place", "kind"),
    [
        (_chain(lines=_LINES[1:]), _FORWARD, "missing"),
        (_chain(lines=(*_LINES, Line((ACCEPT,)))), _FORWARD, "added"),
        (_chain(lines=(Line((ACCEPT,), "b"), _LINES[1])), _FORWARD, "changed"),
        (_chain(hook=Hook("filter", "forward", 5, "drop")), _FORWARD, "changed"),
        (_chain(hook=Hook("filter", "forward", 0, "accept")), _FORWARD, "changed"),
        (_chain(hook=None), _FORWARD, "changed"),
        (_chain(name="other"), _FORWARD, "missing"),
        (_chain(name="other"), "chain other", "added"),
        (_elements(), _SET, "missing"),
        (_elements(*_TIMED.elements, Element(((23, 23),))), _SET, "added"),
        (_elements(replace(_TIMED.elements[0], seconds=3_600)), _SET, "added"),
        (_elements(replace(_TIMED.elements[0], seconds=None)), _SET, "added"),
        (replace(_MEANT, sets=(replace(_TIMED, flags=frozenset()),)), _SET, "changed"),
        (replace(_MEANT, sets=()), _SET, "missing"),
        (None, "table inet limen", "missing"),
    ],
)
def test_each_kind_is_found_at_its_place(live: Table | None, place: str, kind: str) -> None:
    assert (place, kind) in kinds(live, _MEANT)


def test_what_is_as_meant_has_no_difference() -> None:
    assert drift(_MEANT, _MEANT) == []


def test_what_packets_and_doors_write_is_not_compared_and_what_holds_it_is() -> None:
    assert drift(_elements(), _MEANT, frozenset({"s"})) == []
    assert drift(replace(_MEANT, sets=()), _MEANT, frozenset({"s"})) != []
