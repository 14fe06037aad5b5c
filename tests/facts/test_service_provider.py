"""A service provider is a value that a revision keeps as JSON."""

from __future__ import annotations

import msgspec

from limen.facts.service_provider import CLAIMS, NAME_IDS, AssertionConsumer, ServiceProvider


def test_it_is_written_and_read_again() -> None:
    wiki = ServiceProvider("wiki", (AssertionConsumer("https://wiki.example/acs", 2),), attributes=(("mail", "email"),))
    assert msgspec.convert(msgspec.to_builtins(wiki), ServiceProvider) == wiki
    assert (wiki.name_id in NAME_IDS, wiki.attributes[0][1] in CLAIMS) == (True, True)
