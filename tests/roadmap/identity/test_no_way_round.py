"""I6: every upstream is tried from every zone; what was not tried is missed, and what is old is unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.probes.canaries import VAULT, network
from tests.roadmap.harbor import app, company_of
from tests.roadmap.probes import run_of

from limen.clock import DAY
from limen.probes.model import Try
from limen.probes.upstreams import HERE, NOWHERE
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.no_way_round import CONTROL, COUNTS_FOR
from limen.roadmap.network.evidence import NetworkEvidence

NOW = 400 * DAY
APP, LOCAL = app("files", upstream=f"http://{VAULT}:443"), app("wiki", upstream="http://127.0.0.1:8080")
HELD = (Try("files from servers", held=True), Try(f"wiki from {HERE}", held=True))


def tried(*tries: Try, age: int = 0, own: tuple[str, ...] = ("10.50.0.1",)) -> Evidence:
    """Limen is in the zone `limen`, the files are in `vaults`, and a canary is in `servers`."""
    identity, stated = IdentityEvidence(own_addresses=own), NetworkEvidence(network=network())
    runs = run_of("upstreams", NOW - age, *tries)
    return Evidence(at=NOW, company=company_of(APP, LOCAL), probes=runs, identity=identity, network=stated)


def test_it_is_met_where_each_zone_was_refused() -> None:
    found = CONTROL.measured(tried(*HELD))
    assert (found.is_met, found.grade.word, found.parts[0].denominator) == (True, "probed", 2)
    assert {one.id for one in found.parts[0].rows} == {"files>servers", f"wiki>{HERE}"}


@pytest.mark.parametrize(
    "evidence",
    [
        tried(HELD[1], Try("files from servers", held=False, why="it answers")),
        tried(HELD[1], Try("files from servers", held=None, why="nobody tried it")),
        tried(HELD[1]),
        tried(*HELD, own=("192.0.2.1",)),  # the gateway is elsewhere, so its zone is to be refused as well
    ],
)
def test_one_zone_that_was_let_in_or_not_tried_misses_it(evidence: Evidence) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, len(found.parts[0].misses), found.missing) == (False, 1, ())


def test_it_is_unknown_where_nothing_was_tried_lately() -> None:
    no_run = replace(tried(*HELD), probes={})
    for evidence in (tried(*HELD, age=COUNTS_FOR + 1), tried(*HELD, age=-1), no_run, replace(no_run, probes=None)):
        found = CONTROL.measured(evidence)
        assert (found.is_met, found.grade.word, len(found.missing)) == (False, "unknown", 1)


def test_an_app_whose_host_nobody_stated_is_a_row_that_is_missed() -> None:
    company = company_of(app("crm", upstream="http://192.0.2.99"))
    found = CONTROL.measured(replace(tried(*HELD), company=company))
    assert [(one.id, one.is_met) for one in found.parts[0].rows] == [(f"crm>{NOWHERE}", False)]
