"""What is open for a while. That the kernel ends it: test_nftables_kernel.py."""

from __future__ import annotations

import pytest

from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_router import NotEmittable, Router
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Rule

_ROUTER = Router({"office": ("vlan10",), "finance": ("vlan21", "vlan22")})
_BOX = Box(4, (1, 1), (2, 2), (6, 6), (22, 22))


def _open(box: Box, until: int = 61_999) -> dict[str, list[tuple[object, ...]]]:
    found = openings("office", [("finance", Rule("door", True, "office", "finance", box, until))], _ROUTER, 1_000)
    return {
        one.set.name: [(each.key[2], each.seconds) for each in one.set.elements] for one in found if one.set.elements
    }


def test_there_is_an_element_for_each_interface_and_seconds_are_rounded_down() -> None:
    assert _open(_BOX) == {"opened.office.ports4": [("vlan21", 60), ("vlan22", 60)]}
    assert _open(_BOX, 1_999) == {}


def test_any_service_is_every_protocol() -> None:
    every = _open(_BOX._replace(family=6, protocol=ANY_PROTOCOL, port=ANY_PORT))
    assert [*every] == ["opened.office.protocols6"]


def test_the_sets_are_there_when_nothing_is_open() -> None:
    assert len(list(openings("office", [], _ROUTER, 0))) == 4


@pytest.mark.parametrize("box", [_BOX._replace(source_port=(1, 2)), _BOX._replace(protocol=(1, 1), port=(8, 8))])
def test_what_has_no_set_is_refused(box: Box) -> None:
    with pytest.raises(NotEmittable):
        _open(box)
