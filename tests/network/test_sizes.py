"""Rules are counted without being made."""

from __future__ import annotations

import pytest
from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.sizes import Sizes


@pytest.mark.parametrize(
    "one",
    [
        way("office guests", "erp files", "https ping"),
        way("everything", "inside", "dns any"),
        way("guests", "files", "ping"),
        way("office", "internet"),
    ],
)
def test_they_are_as_many_as_are_made(one) -> None:
    network = harbor([flow("a", one)])
    assert Sizes(network).of(one) == len(compiled(network, "2026-11-27").rules)
