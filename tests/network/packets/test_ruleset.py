"""The first rule that fits decides; what none fits is denied."""

from __future__ import annotations

from limen.network.packets import ANYWHERE, Packet, Rule, Ruleset, every_packet

_WEB = every_packet(4)._replace(protocol=(6, 6), port=(443, 443))
_RULES = Ruleset(
    ("office", "servers", "internet"),
    (
        Rule("no-printers", False, "office", ANYWHERE, every_packet(4)._replace(source=(9, 9))),
        Rule("web", True, "office", "servers", _WEB),
        Rule("out", True, ANYWHERE, "internet", every_packet(4)),
    ),
)


def _packet(from_zone: str, to_zone: str, *, source: int = 1, port: int = 443) -> Packet:
    return Packet(from_zone, to_zone, 4, source, 2, 6, port)


def test_the_first_that_fits_decides() -> None:
    decided = [
        _RULES.decides(_packet("office", "servers")),
        _RULES.decides(_packet("office", "servers", source=9)),
        _RULES.decides(_packet("servers", "internet", port=22)),
        _RULES.decides(_packet("office", "servers", port=22)),
    ]
    assert [one.id if one else "" for one in decided] == ["web", "no-printers", "out", ""]


def test_what_none_fits_is_denied() -> None:
    assert _RULES.allows(_packet("office", "servers"))
    assert not _RULES.allows(_packet("office", "servers", source=9))
    assert not _RULES.allows(_packet("internet", "servers"))


def test_rules_between_two_zones_keep_their_order() -> None:
    assert [one.id for one in _RULES.between("office", "internet")] == ["no-printers", "out"]
