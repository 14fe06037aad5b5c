from __future__ import annotations

from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import LOCATIONS, apps, grant, id_of, people, policy
from tests.importing.entra.reading import FILE, account, effects, node

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    AtTheKeyboard,
    Condition,
    HealthyDevice,
    InGroup,
    NotOnPlatforms,
    OnPlatforms,
    RiskBelow,
    Strength,
)
from limen.importing.entra.conditional_access import Around, read_policy
from limen.importing.entra.directory import Directory, User
from limen.importing.entra.locations import Locations, read_location
from limen.importing.model import Mode, Requirement
from limen.importing.report import Verdict

OFFICE = id_of("office")
BLOCK, MFA = grant("block"), grant("mfa")


def _read(value: Any) -> tuple[Requirement | None, dict[str, str]]:
    locations = Locations(dict(read_location(node(one)) for one in LOCATIONS))
    around = Around(Directory({"ada": User("ada")}, {}, {}), locations, {}, {"wiki-id": "wiki", "crm-id": "crm"})
    read = node(value)
    return read_policy(read, around), effects(read, value)


def test_a_policy_is_a_requirement_in_the_apps_that_came_along() -> None:
    found, told = _read(policy("Two factors", users=people("All", excludeUsers=["ada"]), grantControls=MFA))
    key = id_of("policy Two factors")
    assert found == Requirement(
        key, "Two factors", ALWAYS, ("crm", "wiki"), (InGroup(f"people:{key}:excluded"), Strength(2))
    )
    assert told == {}


@pytest.mark.parametrize(
    ("state", "mode"),
    [("enabled", Mode.ENFORCE), ("disabled", Mode.OFF), ("enabledForReportingButNotEnforced", Mode.REPORT_ONLY)],
)
def test_states(state: str, mode: Mode) -> None:
    found, _ = _read(policy("P", state=state, grantControls=MFA))
    assert found is not None
    assert found.mode is mode


@pytest.mark.parametrize(
    ("included", "excluded", "meant"),
    [
        (["All"], ["wiki-id"], ("crm",)),
        (["crm-id", "elsewhere"], [], ("crm",)),
        (["crm-id"], ["crm-id"], None),
        (["Office365"], [], None),
        (["None"], [], None),
    ],
)
def test_apps(included: list[str], excluded: list[str], meant: tuple[str, ...] | None) -> None:
    found, _ = _read(policy("P", applications=apps(*included, excludeApplications=excluded), grantControls=MFA))
    assert (None if found is None else found.apps) == meant


@pytest.mark.parametrize(
    ("conditions", "spared"),
    [
        ({"clientAppTypes": ["exchangeActiveSync", "other"]}, (AtTheKeyboard(),)),
        ({"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]}, ()),
        ({"clientAppTypes": ["browser"]}, ()),
        ({"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS"]}}, (OnPlatforms(("ios", "ipados")),)),
        ({"platforms": {"includePlatforms": ["windows"], "excludePlatforms": []}}, (NotOnPlatforms(("windows",)),)),
        ({"signInRiskLevels": ["medium", "high"]}, (RiskBelow(40),)),
        ({"userRiskLevels": ["low"]}, (RiskBelow(1),)),
        ({"signInRiskLevels": ["none"]}, ()),
        ({"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}}, (HealthyDevice(),)),
        ({"devices": {"deviceFilter": {"mode": "include", "rule": "device.model"}}}, ()),
        ({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, (ALWAYS,)),
        ({"insiderRiskLevels": "elevated"}, ()),
    ],
)
def test_when_a_policy_certainly_does_not_match(conditions: Any, spared: tuple[Condition, ...]) -> None:
    found, _ = _read(policy("P", grantControls=MFA, **conditions))
    assert found is not None
    assert found.unless == (*spared, Strength(2))


@pytest.mark.parametrize(
    "conditions",
    [
        {"clientAppTypes": ["browser"]},
        {"signInRiskLevels": ["low"]},
        {"insiderRiskLevels": "elevated"},
        {"locations": {"includeLocations": ["gone"], "excludeLocations": []}},
        {"devices": {"deviceFilter": {"mode": "exclude", "rule": 'device.model -eq "X"'}}},
        {"devices": {"somethingNew": ["x"]}},
        {"platforms": {"includePlatforms": ["windowsPhone"], "excludePlatforms": []}},
    ],
)
def test_what_blocks_and_would_block_more_is_report_only_and_stands_at_the_top(conditions: Any) -> None:
    found, told = _read(policy("P", grantControls=BLOCK, **conditions))
    assert found is not None
    assert (found.mode, told["state"]) == (Mode.REPORT_ONLY, "wider")


def test_whom_and_what_a_policy_is_about_is_everybody_and_everything_where_it_is_not_said() -> None:
    for unsaid in ("users", "applications"):
        value = policy("P", grantControls=MFA)
        del value["conditions"][unsaid]
        found, told = _read(value)
        assert found is not None
        assert (found.who, found.apps) == (ALWAYS, ("crm", "wiki"))
        assert told == {f"conditions.{unsaid}": "stricter"}
    value = policy("P", grantControls=BLOCK)
    del value["conditions"]["users"]
    found, told = _read(value)
    assert found is not None
    assert (found.mode, told["state"]) == (Mode.REPORT_ONLY, "wider")


def test_what_blocks_everywhere_but_at_the_office() -> None:
    where = {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}
    found, told = _read(policy("P", grantControls=BLOCK, locations=where))
    assert found is not None
    assert (found.mode, len(found.unless), told) == (Mode.ENFORCE, 1, {})


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ({"clientApplications": {"includeServicePrincipals": ["x"]}, "grantControls": BLOCK}, "same"),
        ({"applications": apps(includeUserActions=["urn:user:registerdevice"]), "grantControls": MFA}, "same"),
        ({"applications": apps(includeAuthenticationContextClassReferences=["c1"]), "grantControls": MFA}, "same"),
        ({"users": people("None"), "grantControls": MFA}, "same"),
        ({"grantControls": grant("approvedApplication")}, "wider"),
    ],
)
def test_what_is_not_for_limen_is_told_as_a_whole(said: Any, effect: str) -> None:
    value = policy("P", **said)
    read = node(value)
    around = Around(Directory({}, {}, {}), Locations({}), {}, {"wiki-id": "wiki"})
    assert read_policy(read, around) is None
    whole = [one for one in account(read, value).items if one.path == (FILE,)]
    assert [(one.verdict, one.effect) for one in whole] == [(Verdict.NOT_TRANSLATED, effect)]


def test_a_condition_that_comes_up_one_day_is_never_taken_for_fulfilled() -> None:
    value = policy("P", grantControls=MFA)
    value["conditions"]["moonPhase"] = {"include": ["full"]}
    found, told = _read(value)
    assert found is not None
    assert (found.unless, NEVER in found.unless) == ((Strength(2),), False)
    assert told == {"conditions.moonPhase": "stricter"}
