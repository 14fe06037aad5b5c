"""How what is proved is said; what the commands print of Harbor stands in test_network.py."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.cli.network_proof import blast, matrix, never, unused
from limen.network.model import Network, Never

_TODAY = "2026-11-27"


def _open() -> Network:
    return harbor([flow("in", way("guests", "files"))], nevers=[Never("quiet", way("guests", "servers", "any"), "x")])


def test_a_statement_that_does_not_hold_is_refuted_with_a_packet() -> None:
    ((text, plain),) = never(_open(), _TODAY)
    assert plain == {
        "id": "quiet",
        "built_in": False,
        "holds": False,
        "is_decided": True,
        "is_on_trial": False,
        "path": [["guests", "files", "in"]],
    }
    assert "10.40.0.0 → 10.20.0.10:443" in text


def test_a_zone_is_open_to_itself_unless_its_hosts_are_kept_apart() -> None:
    cells = [plain for _, plain in matrix(_open(), _TODAY) if plain]
    assert {one["from"] for one in cells if not one["is_guarded"]} == {one["to"] for one in cells}
    assert [one["rule_ids"] for cell in cells for one in cell["lines"]] == [("in",)]


def test_where_nothing_but_a_zone_s_own_is_reached_keeping_it_apart_is_the_change() -> None:
    (whole, *reached) = [plain for _, plain in blast(harbor(), "erp", _TODAY) if plain]
    assert [one["name"] for one in reached] == ["finance"]
    assert whole["best_change"] == {"rule": "", "to_zone": "", "isolates": "finance", "spares": ["finance"]}


def test_nothing_is_unused_where_all_does_something() -> None:
    ((text, plain),) = unused(_open(), _TODAY)
    assert text
    assert plain is None
