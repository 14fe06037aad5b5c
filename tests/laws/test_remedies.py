"""Of every remedy that is named: all of a set together turn the refusal, and without any one of them it stays.

12,000 refusals, each of its own policies, facts and instant. What is known after somebody did as they were told is
written down here again, as facts, and never asked of the search.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from functools import cache
from ipaddress import ip_network
from itertools import combinations, product
from typing import Any

import pytest
from tests.dial import floor, size
from tests.policy.scene import BERLIN, app, tree_of

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, from_iso
from limen.facts import (
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Label,
    Person,
    Place,
    Risk,
    Session,
)
from limen.policy import Effect, Engine, Remedy, Request
from limen.policy.remedies.search import MOST_SETS

VIEWED = frozenset({"view"})
REFUSALS = 12_000
CHUNKS = 12
SEARCHED = 1_500
"""Refusals of which every change alone, every two, and all together are tried."""
START = from_iso("2026-10-20T00:00:00Z")  # a week before summer time ends in Berlin

# What must hold, as companies write it: the better the facts, the more of it does. Some are about time as well.
CONDITIONS = (
    "context.auth.strength >= 2",
    "context.auth.strength >= 3",
    'context.auth.factors.contains("passkey")',
    'context.now.durationSince(context.auth.at) <= duration("4h")',
    'context.auth.at.offset(duration("1h")) >= context.now',
    'context.now.durationSince(context.session.started) < duration("8h")',
    "context.device.known",
    'context.device.compliance == "compliant"',
    "context.device.managed",
    "context.device.binding >= 1",
    "context.device.binding > 1",
    'context.now.durationSince(context.device.seen) <= duration("1d")',
    'context.place.network == "office"',
    '["office", "hall"].contains(context.place.network)',
    'context.place.country == "DE"',
    '["DE", "PT"].contains(context.place.country)',
    "!context.place.anonymiser",
    'context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))',
    "context.grant.active",
    "context.risk.score < 70",
    "resource.sensitivity <= 2",
    "context.time.weekday <= 5 && context.time.minute >= 420 && context.time.minute < 1140",
    "context.time.minute >= 360",
    'context.now >= datetime("2026-10-28T06:00:00Z")',
    'context.now.toTime() >= duration("6h")',
    'principal in Group::"staff"',
)
SCOPES = ("principal", 'principal in Group::"staff"', 'principal in Group::"finance"')


def policies(draw: random.Random, odd: float = 0.06) -> str:
    """One or two permits and up to four forbids that say what they demand; some `odd` ones close by better facts."""
    texts = []
    for number in range(draw.randint(1, 2) + draw.randint(0, 4)):
        effect = "permit" if number == 0 or (number == 1 and draw.random() < 0.4) else "forbid"
        demands = draw.sample(CONDITIONS, draw.choice((0, 1, 1, 2, 2, 3) if effect == "permit" else (1, 1, 2)))
        join = draw.choice((" && ", " && ", " && ", " || "))
        body = join.join(f"({one})" for one in demands)
        kind = "when" if effect == "permit" else "unless"
        clause = f"{kind} {{ {body} }}" if body else ""
        if draw.random() < odd:
            clause += f" {draw.choice(('when', 'unless'))} {{ {draw.choice(CONDITIONS)} }}"
        scope = draw.choice(SCOPES) if draw.random() < 0.3 else "principal"
        texts.append(f'@id("p{number}") {effect} ({scope}, action, resource) {clause};')
    return "\n".join(texts)


def facts_at(draw: random.Random, now: Instant) -> Facts:
    strength = draw.randint(1, 3)
    factors = ({Factor.PASSWORD}, {Factor.PASSWORD, Factor.CODE}, {Factor.PASSKEY})[strength - 1]
    age = draw.choice((SECOND, 29 * SECOND, MINUTE, HOUR, 5 * HOUR, draw.randrange(3 * DAY)))
    auth = Auth(strength, frozenset(factors), now - age)
    groups = frozenset(draw.sample(["staff", "finance", "sales"], draw.randint(0, 2)))
    device = draw.choice(
        (
            UNKNOWN_DEVICE,
            Device("d1", known=True, compliance="non_compliant", seen_at=now - 2 * DAY),
            Device("d2", known=True, compliance="compliant", managed=True, binding=1, platform="macos", seen_at=now),
        )
    )
    place = draw.choice(
        (
            NOWHERE,
            Place("203.0.113.7"),
            Place("192.0.2.9", known=True, country="FR", network="office"),
            Place("198.51.100.9", known=True, country="DE", network="hall", anonymiser=False),
        )
    )
    return Facts(
        app(draw.choice(list(Label))),
        Person("p1", "Ana", "ana@harbor.example", groups, active=True),
        auth,
        session=Session("s1", "p1", auth, auth.at - draw.choice((0, HOUR, DAY)), now + DAY, HOUR),
        device=device,
        place=place,
        risk=draw.choice((UNKNOWN_RISK, Risk(10, known=True, at=now))),
        grants=draw.choice(
            ((), (), *((Grant("g1", "wiki", VIEWED, now + 5 * HOUR, device=on),) for on in ("", "d2", "d2")))
        ),
    )


def applied(remedies: tuple[Remedy, ...], facts: Facts, now: Instant) -> tuple[Facts, Instant]:
    """What is known once somebody did all of it, and when that is: at once, or when they were told to come back."""
    at = next((one.at for one in remedies if one.kind == "come_back"), now)
    order = ("use_passkey", "add_factor", "sign_in_again", "new_session", "enrol_device")
    for remedy in sorted(remedies, key=lambda one: order.index(one.kind) if one.kind in order else len(order)):
        facts = replace(facts, **_changed(remedy, facts, at))
    return facts, at


def _changed(remedy: Remedy, facts: Facts, at: Instant) -> dict[str, Any]:  # noqa: PLR0911 -- one for each kind
    auth, device, place = facts.auth, facts.device, facts.place
    match remedy.kind, remedy.what:
        case "use_passkey", _:
            return {"auth": Auth(3, auth.factors | {Factor.PASSKEY}, at)}
        case "add_factor", _:
            return {"auth": Auth(2, auth.factors | {Factor.PASSWORD, Factor.CODE}, at)}
        case "sign_in_again", _:
            return {"auth": replace(auth, at=at)}
        case "new_session", _:
            auth = replace(auth, at=at)
            return {"auth": auth, "session": Session("s2", facts.person.id, auth, at, at + DAY, HOUR)}
        case "enrol_device", _:
            return {"device": replace(device, id="d9", known=True, seen_at=at)}
        case "mend_device", what:
            good = {"compliance": "compliant", "managed": True, "binding": remedy.strength, "seen": at}[what]
            name = {"seen": "seen_at"}.get(what, what)
            return {"device": replace(device, **{name: good})} if device.known else {}
        case "change_place", "network":
            return {"place": replace(place, network=remedy.to)}
        case "change_place", "country":
            return {"place": replace(place, country=remedy.to, known=True)}
        case "change_place", "address":
            return {"place": replace(place, address=str(next(iter(ip_network(remedy.to)))))}
        case "change_place", "anonymiser":
            return {"place": replace(place, anonymiser=False)}
        case "ask_for_grant", _:
            grant = Grant("g9", facts.app.id, frozenset({"view"}), at + 8 * HOUR)
            return {"grants": (*facts.grants, grant)}
        case "use_device", _:
            return {"grants": tuple(replace(one, device="") for one in facts.grants)}
        case "come_back", _:
            return {}
    raise AssertionError(remedy)


@cache
def engine_of(text: str) -> Engine:
    return Engine(tree_of(text), "r1", BERLIN)


def check(chunk: int) -> Counter[str]:
    """Goes through one chunk of the refusals; gives what was named how often."""
    draw = random.Random(f"remedies {chunk}")
    refused, seen = 0, Counter[str]()
    request = Request("view")
    while refused < REFUSALS // CHUNKS:
        engine = engine_of(policies(draw))
        for _ in range(12):
            now = START + draw.randrange(10 * DAY)
            facts = facts_at(draw, now)
            decision = engine.decide(request, facts, now)
            if decision.effect is Effect.PERMIT:
                assert decision.remedies == ()
                continue
            refused += 1
            remedies = decision.remedies
            assert len(set(remedies)) == len(remedies)
            assert any(all(one.at_once for one in named) for named in remedies) is (decision.effect is Effect.CHALLENGE)
            seen[f"{min(len(remedies), 2)} alternatives"] += 1
            for named in remedies:
                seen.update({remedy.kind for remedy in named})
                seen[f"sets of {len(named)}"] += 1
                after, at = applied(named, facts, now)
                assert engine.decide(request, after, at).effect is Effect.PERMIT, (engine.tree, facts, now, named)
                for left_out in range(len(named)):
                    rest = named[:left_out] + named[left_out + 1 :]
                    after, at = applied(rest, facts, now)
                    assert engine.decide(request, after, at).effect is not Effect.PERMIT, (named, rest)
    return seen


@pytest.mark.parametrize("chunk", range(size(CHUNKS, least=1)))
def test_a_named_set_turns_the_refusal_and_no_member_can_be_left_out(chunk: int) -> None:
    seen = check(chunk)
    for kind in ("use_passkey", "sign_in_again", "new_session", "enrol_device", "mend_device", "change_place"):
        assert seen[kind] > 5, seen
    assert seen["ask_for_grant"] > 5
    assert seen["use_device"] > 0
    assert seen["come_back"] > 5
    assert seen["sets of 2"] > 20
    assert seen["sets of 3"] > 5
    assert seen["0 alternatives"] > 50


def _everything(text: str, facts: Facts, now: Instant) -> list[Remedy]:
    """Whatever somebody could change now, each once; of the levels of binding the highest that a policy names.

    A new session is told of only where a policy asks for it, because else to prove oneself again is as good and less.
    """
    auth, device, place = facts.auth, facts.device, facts.place
    found = [Remedy("use_passkey", at_once=True)] if auth.strength < 3 else []
    found += [Remedy("add_factor", at_once=True)] if auth.strength < 2 else []
    found += [Remedy("sign_in_again", at_once=True)] if now - auth.at >= 30 * SECOND else []
    found += [Remedy("new_session", at_once=False)] if "context.session" in text else []
    found += [] if device.known else [Remedy("enrol_device", at_once=False)]
    found += [Remedy("mend_device", at_once=False, what=what) for what in ("compliance", "managed", "seen")]
    found += [Remedy("mend_device", at_once=False, what="binding", strength=2)]
    found += [Remedy("change_place", at_once=False, what="network", to=to) for to in ("office", "hall")]
    found += [Remedy("change_place", at_once=False, what="country", to=to) for to in ("DE", "PT")]
    found += [Remedy("change_place", at_once=False, what="address", to="192.0.2.0/24")]
    found += [Remedy("change_place", at_once=False, what="anonymiser")] if place.known else []
    found += (
        [Remedy("use_device", at_once=False)] if any(one.device not in {"", device.id} for one in facts.grants) else []
    )
    return [*found, Remedy("ask_for_grant", at_once=False)]


def _bare(named: tuple[Remedy, ...]) -> frozenset[tuple[str, str, str]]:
    return frozenset((one.kind, one.what, one.to) for one in named)


@pytest.mark.parametrize("chunk", range(3))
def test_nothing_that_one_or_two_changes_would_turn_is_left_unsaid_nor_what_all_of_them_would(chunk: int) -> None:
    draw = random.Random(f"nothing left unsaid {chunk}")
    refused, turned = 0, Counter[int]()
    request = Request("view")
    while refused < size(SEARCHED) // 3:
        text = policies(draw, odd=0)
        engine = engine_of(text)
        now = START + draw.randrange(10 * DAY)
        facts = facts_at(draw, now)
        decision = engine.decide(request, facts, now)
        if decision.effect is not Effect.DENY:
            continue
        refused += 1

        def turns(named: tuple[Remedy, ...], *, engine: Engine = engine, facts: Facts = facts, now: int = now) -> bool:
            return engine.decide(request, applied(named, facts, now)[0], now).effect is Effect.PERMIT

        remedies = decision.remedies
        said = {_bare(named) for named in remedies}
        everything = _everything(text, facts, now)
        singles = [(one,) for one in everything if turns((one,))]
        rest = [one for one in everything if (one,) not in singles]
        pairs = [pair for pair in combinations(rest, 2) if _fit(pair) and turns(pair)]
        if len(remedies) < MOST_SETS:
            assert {_bare(one) for one in (*singles, *pairs)} <= said, (engine.tree, facts, now)
        unplaced = tuple(one for one in everything if not one.to and one.kind != "add_factor")
        networks, countries, addresses = (
            [None, *(one for one in everything if one.what == what)] for what in ("network", "country", "address")
        )
        tops = [(*unplaced, *filter(None, place)) for place in product(networks, countries, addresses)]
        assert remedies or not any(map(turns, tops)), (engine.tree, facts, now)
        turned[min((len(named) for named in remedies), default=0)] += 1
    assert all(turned[members] > floor(10) for members in (0, 1, 2, 3)), turned


_PROOFS = {"use_passkey", "add_factor", "sign_in_again"}


def _fit(pair: tuple[Remedy, ...]) -> bool:
    """One proof and one place at a time."""
    one, other = pair
    return not ({one.kind, other.kind} <= _PROOFS or (one.what and one.what == other.what))
