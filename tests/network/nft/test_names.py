"""Names in place of numbers, as the nft that is here says them."""

from __future__ import annotations

import re

import pytest
from tests.network.lab import namespace, needs_namespaces, nft

from limen.network.nft.names import ICMP_TYPES, ICMPV6_TYPES, NAMED, interval

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("expression", "names"), [("icmp type", ICMP_TYPES), ("icmpv6 type", ICMPV6_TYPES)])
def test_every_name_that_nft_has_is_known(expression: str, names: dict[str, int]) -> None:
    needs_namespaces()
    with namespace() as name:
        said = nft(name, "describe", *expression.split()).stdout
    theirs = {word: int(number) for word, number in re.findall(r"^\s+(\S+)\s+(\d+)\s*$", said, re.MULTILINE)}
    assert len(theirs) > 10
    assert theirs.items() <= names.items()


def test_a_name_is_its_number() -> None:
    assert {type_: interval(type_, next(iter(names))) for type_, names in NAMED.items()} == {
        "inet_proto": (0, 0),
        "icmp_type": (0, 0),
        "icmpv6_type": (1, 1),
    }
