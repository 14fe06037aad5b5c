from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from limen.company.load import load_company
from limen.facts import LIMEN, Label
from limen.policy import Effect, Request
from limen.policy.hypothetical import Hypothetical

HARBOR = load_company(Path(__file__).parents[2] / "examples/harbor")


def test_limen_is_an_app_among_the_apps_and_restricted() -> None:
    limen = HARBOR.all_apps[LIMEN]
    assert (limen.host, limen.label) == ("limen.harbor.localhost", Label.RESTRICTED)
    assert len(HARBOR.all_apps) == len(HARBOR.apps) + 1


def test_the_closest_network_comes_first() -> None:
    assert HARBOR.networks == (
        ("office", ip_network("2001:db8:1::/48")),
        ("warehouse-hall", ip_network("198.51.100.0/25")),
        ("office", ip_network("192.0.2.0/24")),
    )


def test_groups_have_their_titles() -> None:
    assert {group.id: group.title for group in HARBOR.groups}["finance"] == "Finance"


def test_its_engine_decides_under_its_revision_and_its_time_zone() -> None:
    engine = HARBOR.engine()
    assert (engine.revision, str(engine.zone)) == (HARBOR.revision, "Europe/Berlin")
    supposed = Hypothetical()
    now = supposed.now(engine.zone)
    decision = engine.decide(Request("view"), supposed.facts(None, HARBOR.all_apps["wiki"], "view", now), now)
    assert decision.effect is Effect.CHALLENGE
