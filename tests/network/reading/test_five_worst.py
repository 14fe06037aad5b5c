"""Which openings come first, and that what is denied before counts for nothing."""

from __future__ import annotations

from ipaddress import ip_network

from limen.network.model import INTERNET
from limen.network.packets import ANYWHERE, Box, Rule, Ruleset
from limen.network.reading.five_worst import Surroundings, named_addresses, worst
from limen.network.reading.intervals import prefix_interval
from limen.network.reading.reading import FIREWALL


def _rule(
    id_: str, source: str, destination: str, port: int, *, zones: tuple[str, str] = ("a", "b"), allows: bool = True
) -> Rule:
    family, one = prefix_interval(source)
    return Rule(id_, allows, *zones, Box(family, one, prefix_interval(destination)[1], (6, 6), (port, port)))


def _worst(*rules: Rule, known: Surroundings | None = None) -> list[str]:
    return [one.rule.id for one in worst(Ruleset(("a", "b", "c", INTERNET), rules), known or Surroundings())]


def test_more_people_more_harm_and_more_sensitivity_weigh_more() -> None:
    inside = Surroundings({"a": [ip_network("10.0.0.0/8")]}, sensitivity={"c": 3})
    ssh, https = _rule("ssh", "10.0.0.0/8", "10.1.0.0/24", 22), _rule("https", "10.0.0.0/8", "10.1.0.0/24", 443)
    assert _worst(https, ssh, known=inside) == ["ssh", "https"]
    few, many = _rule("few", "10.0.0.1", "10.1.0.0/24", 22), _rule("many", "10.0.0.0/8", "10.1.0.0/24", 22)
    assert _worst(few, many, known=inside) == ["many", "few"]
    plain, dear = ssh, _rule("dear", "10.0.0.0/8", "10.1.0.0/24", 22, zones=("a", "c"))
    assert _worst(plain, dear, known=inside) == ["dear", "ssh"]
    public = _rule("public", "0.0.0.0/0", "10.1.0.7", 443, zones=(INTERNET, "b"))
    assert _worst(_rule("https", "10.0.0.7", "10.1.0.7", 443), public, known=inside) == ["public", "https"]


def test_what_a_rule_before_denies_is_not_open() -> None:
    denied = _rule("no", "0.0.0.0/0", "10.1.0.0/16", 22, zones=(ANYWHERE, "b"), allows=False)
    assert _worst(denied, _rule("yes", "0.0.0.0/0", "10.1.0.0/24", 22)) == []
    assert _worst(_rule("yes", "0.0.0.0/0", "10.1.0.0/24", 22), denied) == ["yes"]
    elsewhere = _rule("no", "0.0.0.0/0", "10.1.0.0/16", 22, zones=("c", "b"), allows=False)
    assert _worst(elsewhere, _rule("yes", "0.0.0.0/0", "10.1.0.0/24", 22)) == ["yes"]


def test_addresses_that_a_zone_does_not_have_count_for_nothing() -> None:
    known = Surroundings({"a": [ip_network("10.0.0.0/24")]})
    assert _worst(_rule("forged", "192.0.2.0/24", "10.1.0.0/24", 22), known=known) == []
    [one] = worst(Ruleset(("a", "b"), (_rule("x", "0.0.0.0/0", "10.1.0.7", 22),)), known)
    assert not one.is_public
    [one] = worst(Ruleset(("a", "b"), (_rule("x", "0.0.0.0/0", "10.1.0.7", 22),)), Surroundings())
    assert one.is_public


def test_five_at_most_and_nothing_of_the_firewalls_own() -> None:
    rules = [_rule(f"r{number}", "0.0.0.0/0", f"10.1.0.{number}", 22) for number in range(9)]
    own = _rule("own", "0.0.0.0/0", "0.0.0.0/0", 22, zones=(FIREWALL, ANYWHERE))
    assert len(_worst(*rules)) == 5
    assert "own" not in _worst(own)


def test_addresses_are_named_as_people_write_them() -> None:
    said = [prefix_interval(one) for one in ("10.0.0.7", "10.1.0.0/16", "2001:db8::/32")]
    assert named_addresses(said) == "10.0.0.7, 10.1.0.0/16, 2001:db8::/32"
    assert named_addresses([(4, (1, 2)), (6, (0, (1 << 128) - 1))]) == "every address"
    assert named_addresses([(6, (1, 2))]) == "::1 to ::2"
