from __future__ import annotations

from itertools import pairwise

from tests.policy.scene import NOW, app, tree_of

from limen.cedar import PolicySet
from limen.clock import HOUR
from limen.facts import Person
from limen.policy import Request
from limen.policy.cedar_view import view_of
from limen.policy.proof.order import are_values_no_better
from limen.policy.scenarios.examples import facts_of, unknown
from limen.policy.scenarios.states import FAR, States

ANA = Person("p1", active=True)
NOUNS = ("auth", "session", "device", "place", "risk", "grant")


def under(*conditions: str) -> States:
    texts = [f'@id("p{n}") permit (principal, action, resource) when {{ {one} }};' for n, one in enumerate(conditions)]
    return States.under(PolicySet.from_json(tree_of("\n".join(texts))))


def seen(found: States, path: str) -> list[object]:
    return [state[path] for state in found.of_noun(path.partition(".")[0], NOW)]


def test_what_no_policy_reads_has_one_value_and_is_in_order() -> None:
    nothing = under("true")
    states = {noun: nothing.of_noun(noun, NOW) for noun in NOUNS}
    assert {noun: len(some) for noun, some in states.items()} == dict.fromkeys(NOUNS, 1)
    assert states["auth"][0]["auth.strength"] == 3
    assert states["session"][0]["session.known"] is True
    assert states["device"][0]["device.compliance"] == "compliant"
    assert states["grant"][0] == unknown("grant")


def test_a_proof_is_weak_or_strong_and_stale_or_fresh_and_nothing_is_the_first() -> None:
    found = under("context.auth.strength >= 3", 'context.now.durationSince(context.auth.at) <= duration("4h")')
    auths = found.of_noun("auth", NOW)
    assert auths[0] == unknown("auth")
    assert {(one["auth.strength"], NOW - one["auth.at"]) for one in auths[1:]} == {
        (2, 0),
        (3, 0),
        (2, 4 * HOUR + 1),
        (3, 4 * HOUR + 1),
    }


def test_factors_that_are_named_come_in_every_set() -> None:
    sets = seen(under('context.auth.factors.contains("passkey")'), "auth.factors")
    assert {"passkey" in factors for factors in sets} == {True, False}
    assert any("passkey" in factors and len(factors) > 1 for factors in sets)


def test_a_programs_token_has_no_factors_and_is_never_a_passkey() -> None:
    states = under("context.auth.interactive && context.auth.strength >= 3").of_noun("auth", NOW)
    tokens = [one for one in states if one["auth.strength"] and not one["auth.interactive"]]
    assert tokens
    assert all(not one["auth.factors"] and one["auth.strength"] <= 2 for one in tokens)


def test_an_unknown_device_is_unknown_in_everything() -> None:
    devices = under('context.device.compliance == "compliant"', "context.device.managed").of_noun("device", NOW)
    assert devices[0] == unknown("device")
    assert all(one["device.known"] and one["device.id"] for one in devices[1:])
    assert len(devices) == 1 + 3 * 2


def test_places_know_a_country_or_say_so() -> None:
    places = under('["DE"].contains(context.place.country)').of_noun("place", NOW)
    assert places[0] == unknown("place")
    assert {one["place.country"] for one in places} == {"", "DE", "ZZ"}
    assert all(one["place.known"] is bool(one["place.country"]) for one in places)


def test_addresses_lie_before_in_and_after_a_range() -> None:
    found = under('context.place has address && context.place.address.isInRange(ip("10.0.0.0/8"))')
    assert set(seen(found, "place.address")) == {None, (4, 0), (4, 10 << 24), (4, 11 << 24), (6, 0)}


def test_risks_fall_from_unknown_to_none() -> None:
    risks = under("context.risk.score < 70").of_noun("risk", NOW)
    assert risks[0] == unknown("risk")
    assert [one["risk.score"] for one in risks] == [100, 100, 69, 0]
    assert all(are_values_no_better(one, other) for one, other in pairwise(risks))


def test_grants_end_at_every_border() -> None:
    found = under('context.grant.active && context.grant.until.durationSince(context.now) > duration("1h")')
    nothing, *given = found.of_noun("grant", NOW)
    assert nothing == unknown("grant")
    assert [one["grant.until"] - NOW for one in given] == [HOUR, FAR]


def test_sessions_begin_before_now() -> None:
    found = under('context.now.durationSince(context.session.started) <= duration("8h")')
    nothing, *known = found.of_noun("session", NOW)
    assert nothing == unknown("session")
    assert [NOW - one["session.started"] for one in known] == [8 * HOUR + 1, 0]


def test_texts_always_include_one_that_nobody_named() -> None:
    texts = seen(under('context.place.network == "another-network"'), "place.network")
    assert set(texts) == {"", "another-network", "another-network-"}


def test_texts_include_one_that_matches_no_pattern_and_one_that_nobody_named() -> None:
    texts = seen(under('context.device.platform like "*a*"'), "device.platform")
    assert [one for one in texts if one and "a" not in str(one)]
    fitting = under('["mac", "mac-", "-mac"].contains(context.device.platform) || context.device.platform like "mac*"')
    assert "mac--" in seen(fitting, "device.platform")


def test_states_are_seen_as_the_facts_they_stand_for() -> None:
    found = under(
        'context.auth.factors.contains("code") && context.session.known && context.device.managed',
        'context.place has address && context.place.address.isInRange(ip("10.0.0.0/8")) && context.place.known',
        "context.risk.known && context.risk.score < 70 && context.grant.active && context.auth.interactive",
    )
    for noun in NOUNS:
        for state, record in zip(found.of_noun(noun, NOW), found.records(noun, NOW), strict=True):
            facts = facts_of(state, ANA, app(), "view", NOW)
            assert view_of(facts).context(Request("view"), NOW, {})[noun] == record
