"""What can be exported, and that no command changes anything."""

from __future__ import annotations

import re

from limen.assessing.kinds import BY_KIND, EXPORTS, Kind, Provider

CHANGES = re.compile(r"\b(?:Set|New|Remove|Update|Add)-|--method|\b(?:PATCH|POST|PUT|DELETE)\b|ReadWrite")


def test_every_kind_of_file_says_how_it_is_made() -> None:
    assert set(BY_KIND) == set(Kind)
    assert all(one.commands and one.minutes > 0 for one in EXPORTS)


def test_all_of_it_is_made_within_half_an_hour() -> None:
    assert sum(one.minutes for one in EXPORTS) <= 30


def test_no_command_writes_anything_but_the_file() -> None:
    said = [text for one in EXPORTS for _, text in one.commands]
    assert not [text for text in said if CHANGES.search(text)]


def test_a_kind_knows_whose_it_is() -> None:
    assert (Kind.INTUNE.provider, Kind.GOOGLE_USERS.provider, Kind.DNS.provider) == (*Provider, None)
