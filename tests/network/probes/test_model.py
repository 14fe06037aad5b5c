from __future__ import annotations

import pytest
from tests.network.probes.canaries import DB, VAULT

from limen.network.probes.model import Outcome, Probe, Result, Round

DENIED = Probe("servers", "vaults", "vault", DB, VAULT, 22, must_pass=False)
MEANT = Probe("servers", "vaults", "vault", DB, VAULT, 443, must_pass=True, because="copies")


@pytest.mark.parametrize(
    ("probe", "outcome", "is_as_stated"),
    [
        (DENIED, "through", False),
        (DENIED, "refused", True),
        (DENIED, "silent", True),
        (DENIED, "untried", None),
        (MEANT, "through", True),
        (MEANT, "silent", False),
        (MEANT, "untried", None),
    ],
)
def test_what_was_not_tried_is_neither_right_nor_wrong(
    probe: Probe, outcome: Outcome, is_as_stated: bool | None
) -> None:
    assert Result("db", probe, outcome, 1).is_as_stated is is_as_stated


def test_a_round_has_results_of_what_was_told_alone() -> None:
    one = Round("pr_1", "db", "fw_1", (DENIED, MEANT), 1, 9, 5, {1: "through"}, {1: {"b", "a"}})
    assert list(one.results()) == [Result("db", MEANT, "through", 5, ("a", "b"))]
    assert DENIED.packet.addresses == (DB, VAULT)
    assert DENIED.needs.split()[::2] == ["servers", "vault", "tcp/22"]
