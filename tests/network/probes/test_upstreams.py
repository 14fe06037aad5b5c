"""Where apps are, and that canaries try to get there without the gateway."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.network.networks import flow, way
from tests.network.probes.canaries import CANARY, VAULT, network
from tests.roadmap.harbor import app

from limen.network.model import Trial
from limen.network.probes.choosing import MOST_OF_APPS, chosen
from limen.network.probes.model import MOST_PROBES
from limen.network.probes.upstreams import Upstream, upstreams

TODAY = "2026-11-27"
AT = Upstream("files", VAULT, 9000)


@pytest.mark.parametrize(
    ("url", "host", "port", "is_loopback"),
    [
        ("http://10.60.0.10:8080", "10.60.0.10", 8080, False),
        ("https://Vault", "vault", 443, False),
        ("http://127.0.0.1", "127.0.0.1", 80, True),
        ("http://[::1]:81", "::1", 81, True),
        ("http://app.localhost:82", "app.localhost", 82, True),
    ],
)
def test_it_is_where_the_gateway_asks(url: str, host: str, port: int, is_loopback: bool) -> None:
    (one,) = upstreams([app("files", upstream=url)])
    assert (one.app, one.host, one.port, one.is_loopback) == ("files", host, port, is_loopback)


def test_a_host_is_known_by_its_name_and_by_its_address() -> None:
    for host, name in ((VAULT, "vault"), ("vault", "vault"), ("elsewhere", None)):
        found = Upstream("files", host, 1).host_in(network())
        assert (found.name if found else None) == name


def test_a_canary_tries_it_whether_the_rules_deny_it_or_not() -> None:
    denied = chosen(network(), CANARY, TODAY, Random(1), [AT])
    assert [(one.must_pass, one.host) for one in denied if one.port == AT.port] == [(False, "vault")]
    open_ = network(flows=[flow("copies-2", way("servers", "vault", "ssh"))])
    passed = chosen(open_, CANARY, TODAY, Random(1), [replace(AT, port=22)])
    assert {(one.must_pass, one.because) for one in passed if one.port == 22} == {(True, "copies-2")}


def test_nothing_is_tried_within_a_zone_on_trial_or_that_nobody_else_is_to_deny() -> None:
    trial = Trial("later", way("servers", "vaults", "any"), "w", "2027-01-01")
    for one, at in (
        (network(), replace(AT, host="db")),
        (network(), replace(AT, host="192.0.2.1")),
        (replace(network(), trials=(trial,)), AT),
        (replace(network(), firewalls=(CANARY,)), AT),
    ):
        assert at.port not in {each.port for each in chosen(one, CANARY, TODAY, Random(1), [at])}


def test_apps_leave_zones_their_share_of_a_round() -> None:
    many = [Upstream(f"app-{number}", VAULT, 10_000 + number) for number in range(3 * MOST_PROBES)]
    found = chosen(network(), CANARY, TODAY, Random(1), many)
    assert sum(one.port >= 10_000 for one in found) == MOST_OF_APPS
    assert {22, 443} <= {one.port for one in found}
