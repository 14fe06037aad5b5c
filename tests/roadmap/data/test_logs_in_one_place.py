"""P5: met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.data.houses import ALL, AZURE, FORTI, NOW, SYSLOG, WIKI, evidence, misses, source, watched
from tests.roadmap.harbor import company_of, federated

from limen.clock import DAY, MINUTE
from limen.connectors.asked_store import AskedState
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources.listing import Listed, State
from limen.monitor.sources.store import Sender
from limen.network.model import Firewall
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.data.logs_in_one_place import CONTROL
from limen.roadmap.devices.evidence import DeviceEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade
from limen.roadmap.network.evidence import FirewallState, NetworkEvidence

OLD = NOW - 16 * MINUTE


def test_everything_is_heard_and_kept() -> None:
    found = CONTROL.measured(watched())
    assert (found.is_met, found.grade, [one.denominator for one in found.parts]) == (True, Grade.MEASURED, [3, 4, 4])


@pytest.mark.parametrize(
    "changed",
    [
        source("office", AZURE, OLD),
        source("office", AZURE, 0),
        source(
            "office", AZURE, asked=AskedState("office", has_secret=True, error="x", done_at=NOW), state=State.FAILING
        ),
        source("office", AZURE, state=State.NO_SECRET),
    ],
)
def test_a_source_that_is_silent_misses_it_and_its_family(changed: Listed) -> None:
    found = CONTROL.measured(watched(sources=(*ALL[:2], changed)))
    assert (found.is_met, misses(found), misses(found, 1)) == (False, ["source:office"], ["family:cloud"])


def test_of_a_service_that_is_asked_an_answer_is_a_sign_of_life() -> None:
    quiet = replace(ALL[2], state=State.WAITING, totals=replace(ALL[2].totals, heard_at=0))
    assert CONTROL.measured(watched(sources=(*ALL[:2], quiet))).is_met


def beside(name: str, one: object) -> Evidence:
    return replace(watched(), **{name: one})


def test_a_firewall_that_says_nothing_misses_it_and_one_that_speaks_is_network() -> None:
    for heard_at, is_met in ((OLD, False), (NOW, True)):
        states = (FirewallState(firewall=Firewall("router", "nftables", ()), heard_at=heard_at),)
        of = replace(watched(sources=(ALL[0], ALL[2])), network=NetworkEvidence(firewalls=states))
        found = CONTROL.measured(of)
        assert misses(found) == ([] if is_met else ["firewall:router"])
        assert ("family:network" in misses(found, 1)) is not is_met


def test_a_server_without_a_sender_of_its_name_misses_it() -> None:
    servers = DeviceEvidence(servers={"h_1": "Files"})
    assert misses(CONTROL.measured(beside("devices", servers))) == ["server:h_1"]
    for heard_at, is_met in ((OLD, False), (NOW, True)):
        sender = Sender("ls_1", "linux", "files", NOW, heard_at=heard_at)
        of = watched(sources=(source("linux", SYSLOG, NOW, sender), *ALL[1:]))
        assert CONTROL.measured(replace(of, devices=servers)).parts[0].is_met is is_met


def test_a_provider_whose_sign_ins_nobody_tells_of_misses_it() -> None:
    for url, row in (
        ("https://harbor.okta.com", "provider:okta"),
        ("https://okta.com.evil.example", "provider:okta.com.evil.example"),
        ("https://login.microsoftonline.com/t/v2.0", ""),
    ):
        found = CONTROL.measured(replace(watched(), company=federated(company_of(WIKI), url)))
        assert misses(found) == ([row] if row else [])


@pytest.mark.parametrize("oldest", [{}, {"linux": NOW - 88 * DAY}])
def test_logs_that_do_not_reach_back_miss_it(oldest: dict[str, int]) -> None:
    found = CONTROL.measured(watched(oldest={"forti": 0, "office": 0, **oldest}))
    assert (found.is_met, misses(found, 2)) == (False, ["kept:linux"])


def test_logs_that_are_to_be_kept_for_less_miss_it() -> None:
    short = source("forti", replace(FORTI, keep_ms=89 * DAY))
    assert misses(CONTROL.measured(watched(sources=(ALL[0], short, ALL[2]))), 2) == ["kept:forti"]
    assert misses(CONTROL.measured(watched(journal_days=30)), 2) == ["journal"]
    assert misses(CONTROL.measured(replace(watched(), recorded_since=NOW - DAY)), 2) == ["journal"]


def test_it_is_unknown_where_nothing_is_watched() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).grade is Grade.UNKNOWN
    assert CONTROL.measured(watched(is_running=False)).grade is Grade.UNKNOWN
    web = source("web", LogSource("nginx", Way.AGENT))
    assert misses(CONTROL.measured(watched(sources=(web,))), 1) == [
        "family:endpoints",
        "family:network",
        "family:cloud",
    ]
