"""Which app a Host field names, however it is written."""

from __future__ import annotations

import pytest

from limen.enforcement.hosts import HOSTS_KEPT, Hosts, plain_host
from limen.facts import LIMEN, App, FactStore, Upstream

WIKI = App(id="wiki", name="Wiki", host="wiki.harbor.example", upstream=Upstream(""))
OWN = App(id=LIMEN, name="Limen", host="limen.harbor.example", upstream=Upstream(""))


@pytest.fixture
def known() -> FactStore:
    known = FactStore()
    known.set_company([WIKI, OWN], [])
    return known


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        (b"Wiki.Harbor.Example", "wiki.harbor.example"),
        (b"wiki.harbor.example:8443", "wiki.harbor.example"),
        (b"wiki.harbor.example:https", "?"),
        (b"wiki.harbor.example:", "?"),
        (b"wiki.harbor.example/x", "?"),
        (b"w\xefki.harbor.example", "?"),
        (b"", ""),
    ],
)
def test_a_host_is_read_in_one_way(host: bytes, plain: str) -> None:
    assert plain_host(host) == plain


def test_an_app_is_found_by_its_host_and_limens_own_host_is_no_apps(known: FactStore) -> None:
    hosts = Hosts(known)
    assert [hosts.app_on(one) for one in (b"WIKI.harbor.example:443", b"limen.harbor.example", b"x.example")] == [
        WIKI,
        None,
        None,
    ]


def test_the_apps_of_another_revision_are_others_at_once(known: FactStore) -> None:
    hosts = Hosts(known)
    assert hosts.app_on(b"wiki.harbor.example") == WIKI
    known.set_company([OWN], [])
    assert hosts.app_on(b"wiki.harbor.example") is None


def test_strangers_hosts_fill_no_memory(known: FactStore) -> None:
    hosts = Hosts(known)
    for number in range(HOSTS_KEPT * 2):
        assert hosts.app_on(b"%d.example" % number) is None
    assert hosts.app_on(b"x" * 300) is None
    assert len(hosts._found) <= HOSTS_KEPT
    assert hosts.app_on(b"wiki.harbor.example") == WIKI
