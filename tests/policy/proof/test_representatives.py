from __future__ import annotations

from itertools import pairwise

from tests.policy.scene import NOW, tree_of

from limen.cedar import PolicySet
from limen.clock import HOUR
from limen.facts import NOWHERE, UNKNOWN_DEVICE, UNKNOWN_RISK, UNPROVED, Auth, Factor
from limen.policy.proof.order import is_no_better
from limen.policy.proof.representatives import FAR, USUAL_FACTORS, Representatives, representatives_of


def under(*conditions: str) -> Representatives:
    texts = [f'@id("p{n}") permit (principal, action, resource) when {{ {one} }};' for n, one in enumerate(conditions)]
    return representatives_of(PolicySet.from_json(tree_of("\n".join(texts))))


def test_what_no_policy_reads_has_one_value() -> None:
    nothing = under("true")
    assert nothing.auths(NOW) == (Auth(3, USUAL_FACTORS[3], NOW),)
    assert nothing.sessions(NOW)[0] is not None
    assert [len(some) for some in (nothing.devices(NOW), nothing.places(), nothing.risks(NOW))] == [1, 1, 1]
    assert nothing.grants("wiki", frozenset({"view"}), NOW) == ((),)


def test_a_proof_is_weak_or_strong_and_stale_or_fresh_and_nothing_is_the_first() -> None:
    found = under("context.auth.strength >= 3", 'context.now.durationSince(context.auth.at) <= duration("4h")')
    auths = found.auths(NOW)
    assert auths[0] == UNPROVED
    assert {(one.strength, NOW - one.at) for one in auths[1:]} == {
        (2, 0),
        (3, 0),
        (2, 4 * HOUR + 1),
        (3, 4 * HOUR + 1),
    }


def test_factors_that_are_named_come_in_every_set() -> None:
    sets = {one.factors for one in under('context.auth.factors.contains("passkey")').auths(NOW)}
    assert {Factor.PASSKEY in factors for factors in sets} == {True, False}
    assert any(Factor.PASSKEY in factors and len(factors) > 1 for factors in sets)


def test_an_unknown_device_is_unknown_in_everything() -> None:
    devices = under('context.device.compliance == "compliant"', "context.device.managed").devices(NOW)
    assert devices[0] == UNKNOWN_DEVICE
    assert all(one.known and one.id for one in devices[1:])
    assert len(devices) == 1 + 3 * 2


def test_places_know_a_country_or_say_so() -> None:
    places = under('["DE"].contains(context.place.country)').places()
    assert places[0] == NOWHERE
    assert {one.country for one in places} == {"", "DE", "ZZ"}
    assert all(one.known is bool(one.country) for one in places)


def test_addresses_lie_before_in_and_after_a_range() -> None:
    places = under('context.place has address && context.place.address.isInRange(ip("10.0.0.0/8"))').places()
    assert {"", "0.0.0.0", "10.0.0.0", "11.0.0.0", "::"} == {one.address for one in places}


def test_risks_fall_from_unknown_to_none() -> None:
    risks = under("context.risk.score < 70").risks(NOW)
    assert risks[0] == UNKNOWN_RISK
    assert [one.score for one in risks] == [100, 100, 69, 0]
    assert all(is_no_better(one, other) for one, other in pairwise(risks))


def test_grants_end_at_every_border() -> None:
    found = under('context.grant.active && context.grant.until.durationSince(context.now) > duration("1h")')
    ends = [grant.until - NOW for grants in found.grants("wiki", frozenset({"view"}), NOW) for grant in grants]
    assert ends == [HOUR, FAR]
    assert found.grants("wiki", frozenset({"view"}), NOW)[0] == ()


def test_sessions_begin_before_now() -> None:
    found = under('context.now.durationSince(context.session.started) <= duration("8h")')
    assert [one and NOW - one.started_at for one in found.sessions(NOW)] == [None, 8 * HOUR + 1, 0]


def test_texts_always_include_one_that_nobody_named() -> None:
    found = under('context.place.network == "another-network"')
    assert found.texts("context.place.network") == ("another-network", "another-network-")


def test_texts_include_one_that_matches_no_pattern_and_one_that_nobody_named() -> None:
    texts = under('context.device.platform like "*a*"').texts("context.device.platform")
    assert [one for one in texts if "a" not in one]
    fitting = under('["mac", "mac-", "-mac"].contains(context.device.platform) || context.device.platform like "mac*"')
    assert "mac--" in fitting.texts("context.device.platform")
