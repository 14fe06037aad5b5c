"""DNS names in network.yaml: those of the internet's own, two hosts' and nobody's are told with their lines."""

from __future__ import annotations

from datetime import date

import pytest
from tests.network.test_names import TUNNELS, lines
from tests.network.written import read_text

from limen.network.dns_names import is_private
from limen.network.notes import notes

TEXT = (
    TUNNELS.replace("INTERFACE", "wg0").replace('"ENDPOINT"', 'vpn.harbor.example, domain: "DOMAIN"')
    + "hosts:\n  erp: {zone: office, addresses: 10.10.0.4, names: [NAMES]}\n"
    + "  files: {zone: office, addresses: 10.10.0.5}\n"
)


def written(domain: str = "harbor.internal", names: str = "") -> str:
    return TEXT.replace("DOMAIN", domain).replace("NAMES", names)


@pytest.mark.parametrize("domain", ["harbor.internal", "corp.harbor.example", "home.arpa", "a.b.home.arpa"])
def test_a_domain_may_be_the_companys_own(domain: str) -> None:
    assert lines(written(domain)) == []


@pytest.mark.parametrize(
    "domain",
    [
        *("internal", "harbor.local", "harbor.localhost", "harbor.onion", "10.in-addr.arpa", "Harbor.internal"),
        *("-a.internal", "a..internal", "harbor.internal.", "a_b.internal", "10.20.0.1", f"{'a' * 64}.internal"),
        *("x y.internal", "*.internal"),
    ],
)
def test_no_domain_is_anybody_elses_or_none(domain: str) -> None:
    assert lines(written(domain)) == [5]


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        ("books.harbor.internal", 0),
        ("erp.corp.harbor.example, books.internal", 0),
        ("files.harbor.internal", 1),
        ("erp.harbor.internal", 1),
        ("a.internal, a.internal", 1),
        ("printer.local", 1),
        ("books", 1),
    ],
)
def test_a_name_is_of_one_host(names: str, wrong: int) -> None:
    assert lines(written(names=names)) == [7] * wrong


def test_a_name_without_tunnels_that_have_any_is_told() -> None:
    assert lines(written(names="books.internal").replace(', domain: "harbor.internal"', "")) == [7]


def test_what_the_internet_may_have_is_noted() -> None:
    today = date(2026, 11, 30)
    of = [read_text(written(domain))[0] for domain in ("harbor.internal", "corp.harbor.example")]
    assert [sum("corp.harbor" in what for what, _ in notes(one, today)) for one in of if one is not None] == [0, 1]
    assert is_private("home.arpa")
    assert not is_private("myinternal")
