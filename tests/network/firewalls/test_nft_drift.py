"""What is other than meant, each by its kind and place. With a real kernel: tests/laws/test_network_drift.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.network.firewalls.nft_drift import SLACK_SECONDS, difference
from limen.network.nft.tree import ACCEPT, DROP, Chain, Element, Hook, Line, Set, Table

_LINES = (Line((ACCEPT,), "a"), Line((DROP,)))
_TIMED = Set("s", ("inet_service",), (Element(((22, 22),), "door", None, 60),), frozenset({"timeout"}))
_MEANT = Table("inet", "limen", (_TIMED,), (Chain("forward", _LINES, Hook("filter", "forward", 0, "drop")),))


def _chain(**changes: object) -> Table:
    return replace(_MEANT, chains=(replace(_MEANT.chains[0], **changes),))  # type: ignore[arg-type]


def _elements(*elements: Element) -> Table:
    return replace(_MEANT, sets=(replace(_TIMED, elements=elements),))


@pytest.mark.parametrize(
    ("live", "kind", "place"),
    [
        (_chain(lines=_LINES[1:]), "rule-missing", "inet limen forward 1"),
        (_chain(lines=(*_LINES, Line((ACCEPT,)))), "rule-added", "inet limen forward 3"),
        (_chain(lines=(Line((ACCEPT,), "b"), _LINES[1])), "rule-changed", "inet limen forward 1"),
        (_chain(hook=Hook("filter", "forward", 5, "drop")), "priority", "inet limen forward"),
        (_chain(hook=Hook("filter", "forward", 0, "accept")), "policy", "inet limen forward"),
        (_chain(hook=None), "hook", "inet limen forward"),
        (_chain(name="other"), "chain-missing", "inet limen forward"),
        (_elements(), "element-missing", "inet limen s"),
        (_elements(*_TIMED.elements, Element(((23, 23),))), "element-added", "inet limen s"),
        (_elements(replace(_TIMED.elements[0], seconds=3_600)), "element-changed", "inet limen s"),
        (_elements(replace(_TIMED.elements[0], seconds=None)), "element-changed", "inet limen s"),
        (replace(_MEANT, sets=(replace(_TIMED, flags=frozenset()),)), "set-changed", "inet limen s"),
        (replace(_MEANT, sets=()), "set-missing", "inet limen s"),
        (replace(_MEANT, others=("flowtable f",)), "other-added", "inet limen"),
        (replace(_MEANT, name="other"), "table-missing", "inet limen"),
    ],
)
def test_each_kind_is_found_at_its_place(live: Table, kind: str, place: str) -> None:
    assert (kind, place) in {(one.kind, one.place) for one in difference([live], _MEANT)}


def test_what_is_as_meant_has_no_difference() -> None:
    assert difference([_MEANT], _MEANT) == ()
    assert difference([_elements(replace(_TIMED.elements[0], seconds=60 - SLACK_SECONDS))], _MEANT) == ()


def test_an_opening_that_is_about_to_end_may_be_gone() -> None:
    ending = _elements(replace(_TIMED.elements[0], seconds=SLACK_SECONDS))
    assert difference([_elements()], ending) == ()
