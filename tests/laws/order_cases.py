"""Random policies that read facts in every way, and pairs of facts of which one is no better than the other."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from tests.laws.decision_cases import policy_texts as timed_texts
from tests.policy.scene import app

from limen.clock import DAY, HOUR, Instant, from_iso
from limen.facts import (
    ANYBODY,
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
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

NOW = from_iso("2026-11-24T09:00:00Z")

_ORDERS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_EQUALS = st.sampled_from(["==", "!="])
_FLAGS = ("session.known", "device.known", "device.managed", "place.known", "place.anonymiser", "risk.known")
_AGED = ("auth.at", "session.started", "device.seen", "grant.until")
_CONDITIONS = st.one_of(
    st.builds("context.{}".format, st.sampled_from([*_FLAGS, "grant.active"])),
    st.builds("context.auth.strength {} {}".format, _ORDERS, st.integers(0, 4)),
    st.builds("context.device.binding {} {}".format, _ORDERS, st.integers(0, 3)),
    st.builds("context.risk.score {} {}".format, _ORDERS, st.integers(0, 101)),
    st.builds("context.auth.strength + context.device.binding {} {}".format, _ORDERS, st.integers(0, 6)),
    st.builds(
        'context.device.compliance {} "{}"'.format, _EQUALS, st.sampled_from(["compliant", "non_compliant", "unknown"])
    ),
    st.builds(
        'context.place.{} {} "{}"'.format, st.sampled_from(["country", "network"]), _EQUALS, st.sampled_from(["", "DE"])
    ),
    st.builds("[{}].contains(context.place.country)".format, st.sampled_from(['"DE", "PT"', '"", "DE"', '"RU"'])),
    st.builds(
        '{}context.device.platform like "{}"'.format,
        st.sampled_from(["", 'context.device.platform == "" || ']),
        st.sampled_from(["mac*", "*", "*os", "*a*", ""]),
    ),
    st.builds(
        'context.place.{} like "{}"'.format, st.sampled_from(["country", "network"]), st.sampled_from(["*Z*", "*w*"])
    ),
    st.sampled_from(
        [
            (
                '["", "DE", if context.place.country == "RU" then "x" else context.place.country]'
                ".contains(context.place.country)"
            ),
            "context.device.binding * 1 < 4",
            "principal is Person",
            "principal is Workload",
            "resource is Document",
        ]
    ),
    st.builds(
        "context.auth.factors.{}".format,
        st.sampled_from(
            ['contains("passkey")', 'containsAny(["code", "passkey"])', 'containsAll(["code"])', "isEmpty()"]
        ),
    ),
    st.sampled_from(['context.auth.factors == ["password"]', '["code", "password"].containsAll(context.auth.factors)']),
    st.builds(
        "{}context.place.address.isInRange(ip({}))".format,
        st.sampled_from(["", "context.place has address && ", "!(context.place has address) || "]),
        st.sampled_from(['"10.0.0.0/8"', '"10.1.2.3"']),
    ),
    st.builds(
        'context.now.durationSince(context.{}) {} duration("{}h")'.format,
        st.sampled_from(_AGED),
        _ORDERS,
        st.integers(-2, 30),
    ),
    st.builds(
        "context.now.durationSince(context.{}).toHours() {} {}".format,
        st.sampled_from(_AGED),
        _ORDERS,
        st.integers(-2, 30),
    ),
    st.builds("context.auth.at {} context.{}".format, _ORDERS, st.sampled_from(_AGED[1:])),
    st.builds(
        'context.{} {} datetime("2026-11-{}")'.format, st.sampled_from(_AGED), _ORDERS, st.sampled_from(["23", "24"])
    ),
    st.sampled_from(['context.device.passing.contains("os")', 'context.device.passing.containsAll(["os", "updates"])']),
    # what is no fact that gets worse
    st.sampled_from(
        ['principal in Group::"staff"', "principal.active", "resource.sensitivity >= 2", "resource.sensitivity + 1 > 2"]
    ),
    st.builds(
        'context.request.{} like "{}"'.format, st.sampled_from(["route", "method"]), st.sampled_from(["*o*", "P*"])
    ),
    st.builds('context.now {} datetime("{}")'.format, _ORDERS, st.sampled_from(["2026-11-24", "2100-01-01"])),
    st.sampled_from(["context.time.weekday == 2", 'context.time.weekday == 3 && context.place.country != "RU"']),
    st.sampled_from(["context.time.minute < 600", "context.time.weekday <= 5", 'action == Action::"edit"']),
)


@st.composite
def _bodies(draw: st.DrawFn) -> str:
    parts = draw(st.lists(_CONDITIONS, min_size=1, max_size=3))
    signed = [f"{draw(st.sampled_from(['', '', '!']))}({part})" for part in parts]
    if len(signed) == 3 and draw(st.integers(0, 3)) == 0:
        return "if {} then {} else {}".format(*signed)
    return draw(st.sampled_from([" && ", " || "])).join(signed)


@st.composite
def fact_texts(draw: st.DrawFn, name: str) -> str:
    """One policy called `name`: of facts, or (now and then) of time."""
    if draw(st.integers(0, 5)) == 0:
        return draw(timed_texts(name))
    effect = draw(st.sampled_from(["permit", "forbid"]))
    principal = draw(st.sampled_from(["principal", "principal", 'principal in Group::"staff"']))
    kinds = draw(st.lists(st.sampled_from(["when", "unless"]), min_size=1, max_size=2))
    clauses = " ".join(f"{kind} {{ {draw(_bodies())} }}" for kind in kinds)
    return f'@id("{name}") {effect} ({principal}, action, resource) {clauses};'


@st.composite
def facts_about(draw: st.DrawFn, now: Instant = NOW) -> Facts:
    """Coherent facts: what is unknown is unknown in everything."""
    wiki = app(draw(st.sampled_from(list(Label))))
    place = draw(st.one_of(st.just(NOWHERE), _places()))
    if draw(st.integers(0, 9)) == 0:
        return Facts(wiki, ANYBODY, place=place)
    person = Person("p1", groups=frozenset(draw(st.sampled_from([(), ("staff",)]))), active=True)
    at = st.integers(now - 30 * HOUR, now)
    known = Auth(draw(st.integers(1, 3)), draw(_factors()), draw(at))
    session = Session("s1", "p1", known, draw(at), now + DAY, HOUR)
    device = Device(
        "d1",
        True,
        draw(st.sampled_from(["unknown", "non_compliant", "compliant"])),
        draw(st.booleans()),
        draw(st.integers(0, 5)),
        draw(st.sampled_from(["", "macos", "linux", "ios"])),
        draw(at),
        frozenset(draw(st.sets(st.sampled_from(["os", "updates"])))),
        draw(st.sampled_from([0, HOUR, 30 * HOUR])),
        draw(st.sampled_from([0, now + HOUR])),
    )
    grant = Grant("g1", "wiki", frozenset({"view", "edit"}), now + draw(st.integers(1, 40)) * HOUR)
    return Facts(
        wiki,
        person,
        draw(st.sampled_from([UNPROVED, known, known, known])),
        draw(st.sampled_from([None, session])),
        draw(st.sampled_from([UNKNOWN_DEVICE, device])),
        place,
        draw(st.one_of(st.just(UNKNOWN_RISK), st.builds(Risk, st.integers(0, 100), st.just(True)))),
        draw(st.sampled_from([(), (grant,)])),
    )


@st.composite
def worse_than(draw: st.DrawFn, facts: Facts, now: Instant = NOW) -> Facts:
    """The same facts, or worse ones, by any noun."""
    worse = facts
    auth, device, place, risk = facts.auth, facts.device, facts.place, facts.risk
    if auth.strength and draw(st.booleans()):
        strength = draw(st.integers(0, auth.strength))
        some = draw(st.sets(st.sampled_from(sorted(auth.factors)), min_size=1)) if auth.factors else set()
        lower = Auth(strength, frozenset(some), draw(st.integers(now - 40 * HOUR, auth.at)))
        worse = replace(worse, auth=lower if strength else UNPROVED)
    if facts.session and draw(st.booleans()):
        older = replace(facts.session, started_at=draw(st.integers(now - 40 * HOUR, facts.session.started_at)))
        worse = replace(worse, session=draw(st.sampled_from([None, older])))
    if device.known and draw(st.booleans()):
        levels = ["unknown", "non_compliant", "compliant"]
        lower_device = replace(
            device,
            compliance=draw(st.sampled_from(levels[: levels.index(device.compliance) + 1])),
            managed=device.managed and draw(st.booleans()),
            binding=draw(st.integers(0, device.binding)),
            platform=draw(st.sampled_from(["", device.platform])),
            seen_at=draw(st.integers(now - 40 * HOUR, device.seen_at)),
            passing=device.passing & draw(st.sampled_from([frozenset(), frozenset({"os"}), device.passing])),
            fresh_ms=min(device.fresh_ms or 99 * HOUR, draw(st.sampled_from([HOUR, 99 * HOUR]))),
        )
        worse = replace(worse, device=draw(st.sampled_from([UNKNOWN_DEVICE, lower_device])))
    if place != NOWHERE and draw(st.booleans()):
        country = draw(st.sampled_from(["", place.country]))
        worse = replace(
            worse,
            place=Place(
                draw(st.sampled_from(["", place.address])),
                bool(country),
                country,
                draw(st.sampled_from(["", place.network])),
                place.anonymiser or draw(st.booleans()),
            ),
        )
    if risk.known and draw(st.booleans()):
        worse = replace(
            worse, risk=draw(st.sampled_from([UNKNOWN_RISK, Risk(draw(st.integers(risk.score, 100)), True)]))
        )
    if facts.grants and draw(st.booleans()):
        sooner = replace(facts.grants[0], until=draw(st.integers(now - HOUR, facts.grants[0].until)))
        worse = replace(worse, grants=draw(st.sampled_from([(), (sooner,)])))
    return worse


@st.composite
def _places(draw: st.DrawFn) -> Place:
    country = draw(st.sampled_from(["", "DE", "RU"]))
    return Place(
        draw(st.sampled_from(["", "10.1.2.3", "192.0.2.7", "2001:db8::1"])),
        bool(country),
        country,
        draw(st.sampled_from(["", "DE", "office"])),
        draw(st.booleans()),
    )


@st.composite
def _factors(draw: st.DrawFn) -> frozenset[Factor]:
    return frozenset(draw(st.sets(st.sampled_from([Factor.PASSWORD, Factor.CODE, Factor.PASSKEY]), min_size=1)))
