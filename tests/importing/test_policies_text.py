from __future__ import annotations

from ipaddress import ip_network

from tests.importing.deciding import lets_in
from tests.importing.harbor import begun

from limen.company.candidate import candidate
from limen.company.folder import APPS
from limen.importing.conditions import (
    ALWAYS,
    ByMethods,
    Condition,
    ConfirmedWithin,
    DuringHours,
    FromCountries,
    FromNetworks,
    HealthyDevice,
    InGroup,
    ManagedDevice,
    Not,
    NotFromCountries,
    NotFromNetworks,
    OnPlatforms,
    OnRoutes,
    RiskBelow,
    Strength,
    all_of,
    any_of,
)
from limen.importing.model import EVERYONE, Access, App
from limen.importing.names import guard_id
from limen.importing.policies_text import cedar, policies_of, ways_into

GROUPS = {"a": "contractors", EVERYONE: "staff"}
NETS = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
EVERY: tuple[Condition, ...] = (
    Strength(2),
    ConfirmedWithin(30),
    FromNetworks(NETS),
    NotFromNetworks(NETS),
    FromCountries(("DE", "AT")),
    NotFromCountries(("FR",)),
    HealthyDevice(),
    ManagedDevice(),
    OnPlatforms(("linux", "macos")),
    RiskBelow(70),
    DuringHours(frozenset({1, 2}), 60, 600),
    ByMethods(frozenset({"GET"})),
    OnRoutes(("/**",)),
    Not(InGroup("a")),
    any_of(InGroup("a"), DuringHours(start=60)),
)


def test_every_condition_is_cedar_that_a_company_takes() -> None:
    """It fits the schema, and no worse or unknown fact widens access by it: reading the folder proves both."""
    app = App("host:x", "X", tuple(Access(one, "X", "So.") for one in EVERY), host="x.harbor.example")
    text = policies_of(app, "handbook", GROUPS, "Authelia", {"a": "Contractors"})
    company = candidate(begun(), {"policies/70-x.cedar": text})
    assert guard_id("handbook") in company.policies.sources
    assert len([one for one in company.policies.sources if "-as-before-" in one]) == len(EVERY) + 1


def test_the_guard_holds_everybody_else_out_whatever_other_policies_say() -> None:
    app = App("host:x", "X", (Access(all_of(InGroup("a"), Strength(1)), "X", "So."),))
    text = policies_of(app, "handbook", GROUPS, "Authelia", {})
    company = candidate(begun(), {"policies/70-x.cedar": text})
    assert lets_in(begun(), "handbook", frozenset({"staff"}), 2)
    assert not lets_in(company, "handbook", frozenset({"staff"}), 2)
    assert lets_in(company, "handbook", frozenset({"contractors"}), 1)
    assert APPS in company.files


def test_everyone_is_everyone_of_the_old_system() -> None:
    assert ways_into(ALWAYS) == (all_of(InGroup(EVERYONE), Strength(1)),)
    assert ways_into(Not(InGroup("a"))) == (all_of(InGroup(EVERYONE), Not(InGroup("a")), Strength(1)),)
    assert ways_into(any_of(InGroup("a"), Strength(3))) == (
        all_of(InGroup("a"), Strength(1)),
        all_of(InGroup(EVERYONE), Strength(3)),
    )


def test_a_text_of_a_name_can_not_leave_its_quotes() -> None:
    assert cedar(OnRoutes(('/"x\\',)), {}) == '["/\\"x\\\\"].contains(context.request.route)'
