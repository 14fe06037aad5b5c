"""From where an ASA lets in to itself."""

from __future__ import annotations

from tests.network.reading.sampled import TCP, packet, sample

from limen.network.reading.cisco_itself import to_itself
from limen.network.reading.cisco_words import blocks_of
from limen.network.reading.reading import FIREWALL


def test_the_sample_is_administered_from_the_inside() -> None:
    allows = sample("asa.conf").ruleset.allows
    assert allows(packet(f"inside {FIREWALL}", "10.10.0.7", "10.10.0.1", TCP, 22))
    assert not allows(packet(f"inside {FIREWALL}", "10.11.0.7", "10.10.0.1", TCP, 22))
    assert allows(packet(f"inside {FIREWALL}", "10.10.0.7", "10.10.0.1", TCP, 8443))
    assert not allows(packet(f"outside {FIREWALL}", "10.10.0.7", "10.10.0.1", TCP, 22))


def test_lines_that_say_something_else_are_none() -> None:
    text = "ssh timeout 5\nssh version 2\nssh x y inside\nhttp redirect outside 80\nsshd 0.0.0.0 0.0.0.0 inside\n"
    assert list(to_itself(blocks_of(text)[0], ["inside", "outside"])) == []
    (rule,) = to_itself(blocks_of("ssh fd00::/8 inside\n")[0], ["inside"])
    assert (rule.box.family, rule.box.port) == (6, (22, 22))
