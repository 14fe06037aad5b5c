from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from tests.policy.scene import BERLIN, NOW, app, tree_of

from limen.clock import DAY, HOUR, from_iso
from limen.facts import Device, Factor, Grant, Label, Person, Place, Risk
from limen.policy import Engine
from limen.policy.proof.lockout import HORIZON, Attainable, Candidate, LockedOut, Proof, prove

LIMEN = app(Label.RESTRICTED, "limen")
ANA = Candidate(Person("ana", groups=frozenset({"staff", "administrators"}), active=True), frozenset({Factor.PASSKEY}))
BEN = Candidate(
    Person("ben", groups=frozenset({"staff"}), active=True), frozenset({Factor.PASSWORD, Factor.CODE, Factor.PASSKEY})
)
EVA = Candidate(
    Person("eva", groups=frozenset({"administrators"}), active=True), frozenset({Factor.PASSWORD, Factor.CODE})
)
OFFICE = Attainable.today([("office", ip_network("10.0.0.0/8"))])

SIGN_IN = """@id("sign-in")
permit (principal, action == Action::"sign_in", resource == App::"limen") when { principal.active };"""
RUN = """@id("run")
permit (principal in Group::"administrators", action == Action::"administer", resource == App::"limen")
when { context.auth.strength >= 3 && context.now.durationSince(context.auth.at) <= duration("1h") };"""
USUAL = f"{SIGN_IN}\n{RUN}"


def forbid(condition: str, kind: str = "when", scope: str = "principal, action, resource") -> str:
    return f'@id("bad") forbid ({scope}) {kind} {{ {condition} }};'


def run_when(condition: str, principal: str = 'principal in Group::"administrators"', annotation: str = "") -> str:
    return (
        f'{SIGN_IN}\n@id("bad") {annotation} permit ({principal}, action == Action::"administer", '
        f'resource == App::"limen") when {{ {condition} }};'
    )


def tried(text: str, *people: Candidate, attainable: Attainable = OFFICE, now: int = NOW) -> Proof | LockedOut:
    return prove(Engine(tree_of(text), "r1", BERLIN), LIMEN, people or (ANA, BEN), now, attainable)


SHAPES = {
    "all forbidden": f'{USUAL}\n@id("bad") forbid (principal, action, resource);',
    "all of limen forbidden": f'{USUAL}\n@id("bad") forbid (principal, action, resource == App::"limen");',
    "administer forbidden": USUAL + forbid("true", scope='principal, action == Action::"administer", resource'),
    "sign-in forbidden": USUAL + forbid("true", scope='principal, action == Action::"sign_in", resource'),
    "administrators forbidden": USUAL + forbid("true", scope='principal in Group::"administrators", action, resource'),
    "the one administrator forbidden": USUAL + forbid("true", scope='principal == Person::"ana", action, resource'),
    "everybody but a group without administrators": USUAL + forbid('principal in Group::"finance"', "unless"),
    "a country": USUAL + forbid('context.place.country == "DE"', "unless"),
    "a list of countries": USUAL + forbid('["DE", "AT"].contains(context.place.country)', "unless"),
    "a place that is known": USUAL + forbid("context.place.known", "unless"),
    "an anonymiser": USUAL + forbid("context.place.anonymiser"),
    "a network that is not the company's": USUAL + forbid('context.place.network == "offices"', "unless"),
    "a range of addresses": USUAL
    + forbid('context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))', "unless"),
    "compliance": USUAL + forbid('context.device.compliance == "compliant"', "unless"),
    "a known device": USUAL + forbid("context.device.known", "unless"),
    "a bound device": USUAL + forbid("context.device.binding >= 1", "unless"),
    "a managed device": USUAL + forbid("context.device.managed", "unless"),
    "a platform": USUAL + forbid('context.device.platform == "linux"', "unless"),
    "a device seen lately": USUAL
    + forbid('context.now.durationSince(context.device.seen) <= duration("1d")', "unless"),
    "risk": USUAL + forbid("context.risk.score >= 70"),
    "risk that is known": USUAL + forbid("context.risk.known", "unless"),
    "a grant while nobody can grant": USUAL + forbid("context.grant.active", "unless"),
    "only with a grant": run_when("context.grant.active"),
    "an error in a forbid": USUAL + forbid("context.auth.strength + 9223372036854775807 > 0"),
    "an error in another permit": USUAL
    + '@id("bad") permit (principal, action, resource == App::"limen") when { context.auth.strength + '
    "9223372036854775807 > 3 };",
    "an error outside of the company": USUAL
    + forbid('context.place.address.isInRange(ip("192.0.2.0/24")) || context.device.known', "unless"),
    "a group with a slip": run_when("true", 'principal in Group::"administratos"'),
    "a group that is gone": run_when("true", 'principal in Group::"it"'),
    "a person who is gone": run_when("true", 'principal == Person::"zoe"'),
    "workloads only": run_when("true", "principal is Workload"),
    "hours that never come": USUAL + forbid("context.time.minute < 0", "unless"),
    "a day that never comes": USUAL + forbid("context.time.weekday == 8", "unless"),
    "a condition against itself": run_when("context.time.minute < 480 && context.time.minute > 1080"),
    "a date that is over": run_when('context.now < datetime("2026-01-01")'),
    "a date in months": run_when('context.now >= datetime("2027-06-01")'),
    "strength beyond the strongest": run_when("context.auth.strength > 3"),
    "a proof of age nought": run_when('context.now.durationSince(context.auth.at) <= duration("0s")'),
    "a proof faster than anybody": run_when('context.now.durationSince(context.auth.at) < duration("5s")'),
    "a factor nobody has": run_when('context.auth.factors.contains("security_key")'),
    "two factors of which one is missing": run_when('context.auth.factors.containsAll(["passkey", "password"])'),
    "off": run_when("true", annotation='@state("off")'),
    "watched": run_when("true", annotation='@state("report-only")'),
    "a route of another room": run_when('context.request.route == "GET /elsewhere"'),
    "a label limen has not": run_when("resource.sensitivity <= 2"),
    "an owner limen has not": run_when('resource.owner == "it"'),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lock_out_is_refused_and_its_policy_named(shape: str) -> None:
    found = tried(SHAPES[shape])
    assert isinstance(found, LockedOut)
    assert [one.policy for one in found.obstacles] == ["bad"]
    assert all(one.why and one.change for one in found.obstacles)
    assert str(found).startswith("every administrator would be locked out: bad: ")


def test_there_are_many_shapes() -> None:
    assert len(set(SHAPES.values())) >= 30


def test_all_policies_that_stand_in_the_way_are_named() -> None:
    more = forbid("context.device.known", "unless") + forbid("context.risk.score >= 70").replace('"bad"', '"worse"')
    found = tried(USUAL + more)
    assert isinstance(found, LockedOut)
    assert {one.policy for one in found.obstacles} == {"bad", "worse"}


def test_the_obstacle_names_the_condition_that_fails() -> None:
    found = tried(USUAL + forbid('context.auth.strength >= 3 && context.device.compliance == "compliant"', "unless"))
    assert isinstance(found, LockedOut)
    assert found.obstacles[0].conditions == ('context.device.compliance == "compliant"',)
    assert '`context.device.compliance == "compliant"`' in found.obstacles[0].why


@pytest.mark.parametrize(
    ("text", "action"),
    [("", "administer"), (SIGN_IN, "administer"), (RUN, "sign_in")],
    ids=["nothing", "run", "sign in"],
)
def test_where_no_policy_permits_the_permit_to_write_is_shown(text: str, action: str) -> None:
    found = tried(text)
    assert isinstance(found, LockedOut)
    assert found.obstacles[-1 if action == "sign_in" else 0].policy == ""
    assert f'Action::"{action}"' in str(found)


@pytest.mark.parametrize(
    "people",
    [
        (),
        (Candidate(Person("ana", groups=frozenset({"administrators"})), frozenset({Factor.PASSKEY})),),
        (Candidate(ANA.person, frozenset()),),
    ],
    ids=["nobody", "inactive", "without a factor"],
)
def test_without_an_active_person_who_can_sign_in_nobody_can(people: tuple[Candidate, ...]) -> None:
    found = prove(Engine(tree_of(USUAL), "r1", BERLIN), LIMEN, people, NOW)
    assert isinstance(found, LockedOut)
    assert "enrol" in str(found)


def test_the_proof_says_who_by_what_and_when() -> None:
    found = tried(USUAL)
    assert isinstance(found, Proof)
    assert (found.person, found.at, found.permits, found.is_later) == ("ana", NOW, ("run",), False)
    assert found.to_json() == {
        "person": "ana",
        "at": NOW,
        "strength": 3,
        "factors": ["passkey"],
        "network": "",
        "device": "",
        "permits": ["run"],
    }
    assert str(found) == "ana can still administer Limen with passkey (run)"


def test_factors_count_as_far_as_they_go() -> None:
    assert isinstance(tried(USUAL, EVA), LockedOut)
    assert isinstance(tried(USUAL.replace("strength >= 3", "strength >= 2"), EVA), Proof)


def test_a_choice_of_factors_is_tried_as_well() -> None:
    text = run_when('!context.auth.factors.contains("passkey")', "principal")
    found = tried(text, BEN)
    assert isinstance(found, Proof)
    assert Factor.PASSKEY not in found.facts.auth.factors


def test_a_network_of_the_company_can_be_attained() -> None:
    text = USUAL + forbid('context.place.network == "office"', "unless")
    found = tried(text)
    assert isinstance(found, Proof)
    assert found.to_json()["network"] == "office"
    assert "in the network office" in str(found)
    assert isinstance(tried(text, attainable=Attainable()), LockedOut)


def test_what_the_caller_says_can_be_attained_counts() -> None:
    text = USUAL + forbid(
        'context.device.compliance == "compliant" && context.place.country == "DE" && context.risk.score < 30 && '
        "context.grant.active",
        "unless",
        'principal, action == Action::"administer", resource',
    )
    more = Attainable(
        places=(Place(country="DE", known=True),),
        devices=(Device("d1", known=True, compliance="compliant"),),
        risks=(Risk(10, known=True),),
        grants=((Grant("g1", "limen", frozenset({"administer"}), NOW + HOUR),),),
    )
    assert isinstance(tried(text), LockedOut)
    assert isinstance(tried(text, attainable=more), Proof)


def test_time_may_pass_and_the_proof_says_until_when() -> None:
    text = USUAL + forbid("context.time.weekday == 6 && context.time.minute >= 600", "unless")
    found = tried(text)
    assert isinstance(found, Proof)
    saturday = from_iso("2026-11-28T09:00:00Z")
    assert saturday <= found.at <= saturday + HOUR
    assert "from 2026-11-28T09:00:30.000Z on" in str(found)


def test_a_date_within_the_week_counts() -> None:
    found = tried(run_when('context.now >= datetime("2026-11-27")'))
    assert isinstance(found, Proof)
    assert NOW < found.at < NOW + HORIZON
    assert isinstance(tried(run_when('context.now >= datetime("2026-11-27")'), now=NOW - 5 * DAY), LockedOut)


def test_time_that_has_no_borders_is_looked_at_again_and_again() -> None:
    assert isinstance(tried(run_when('context.now.toTime() < duration("2h")')), Proof)
    assert isinstance(tried(run_when("context.time.weekday * 1440 + context.time.minute == 8641")), LockedOut | Proof)


def test_many_people_are_few_kinds_and_administrators_come_first() -> None:
    staff = [
        Candidate(Person(f"p{number}", groups=frozenset({"staff", f"team-{number}"}), active=True), BEN.factors)
        for number in range(500)
    ]
    found = tried(USUAL, *staff, ANA)
    assert isinstance(found, Proof)
    assert found.person == "ana"
    assert isinstance(tried(run_when("context.grant.active", "principal"), *staff), LockedOut)


def test_a_way_in_late_in_the_week_is_found_among_many_instants() -> None:
    text = run_when(
        "context.now.toDate() == context.auth.at.toDate() && context.time.weekday * 1440 + context.time.minute >= 11067"
    )
    found = prove(Engine(tree_of(text), "r1", BERLIN), LIMEN, [ANA], from_iso("2026-10-29T01:37:21Z"), OFFICE)
    assert isinstance(found, Proof)
    assert found.at >= from_iso("2026-11-01T15:27:00Z")  # a Sunday, 16:27 in Berlin


def test_an_attested_model_counts_for_whoever_has_such_a_key() -> None:
    text = USUAL + forbid(
        'context.session.authenticator == "our-model"', "unless", 'principal, action == Action::"administer", resource'
    )
    assert isinstance(tried(text, ANA), LockedOut)
    with_key = replace(ANA, authenticators=frozenset({"another", "our-model"}))
    found = tried(text, with_key)
    assert isinstance(found, Proof)
    assert dict(found.facts.more) == {"session.authenticator": "our-model"}
    assert isinstance(tried(text, replace(with_key, factors=EVA.factors)), LockedOut)
