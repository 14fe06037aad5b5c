"""A group that is responsible for flows is not removed."""

from __future__ import annotations

import pytest
from tests.network.written import ZONES, flow

from limen.errors import LimenError
from limen.network.removals import without

_TEXT = ZONES + "flows:\n" + flow("a", "office", "erp", "smb")


def test_whoever_is_responsible_stays_until_somebody_else_is() -> None:
    with pytest.raises(LimenError, match="a in network"):
        without(_TEXT, "group", "staff")


def test_all_else_leaves_the_file_as_it_is() -> None:
    assert without(_TEXT, "group", "finance") == (_TEXT, ())
    assert without(_TEXT, "app", "staff") == (_TEXT, ())
    assert without("", "group", "staff") == ("", ())


def test_what_cant_be_read_is_said() -> None:
    with pytest.raises(LimenError):
        without("flows: [", "group", "staff")


def test_neither_is_the_owner_of_a_zone_or_a_host() -> None:
    for text in (
        ZONES.replace("kind: server,", "kind: server, owner: finance,", 1),
        ZONES.replace("erp: {zone: servers,", "erp: {zone: servers, owner: finance,"),
    ):
        with pytest.raises(LimenError):
            without(text, "group", "finance")
