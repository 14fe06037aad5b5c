from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from tests.policy.scene import BERLIN, NOW, app, engine_of

from limen.clock import DAY
from limen.facts import Label, Person
from limen.policy.access_diff.describe import Names, sentence, sentences, when
from limen.policy.access_diff.diff import Condition, Reach, newly_reachable
from limen.policy.scenarios.classes import FAR, Span

OPEN = '@id("open") permit (principal in Group::"g", action == Action::"view", resource);'


def lost(unless: str, people: int = 1) -> list[str]:
    """What is said of a new policy that demands `unless`."""
    some = [Person(f"p{n}", groups=frozenset({"g"}), active=True) for n in range(people)]
    after = engine_of(OPEN + f'@id("no") forbid (principal, action, resource) unless {{ {unless} }};')
    found = newly_reachable(engine_of(OPEN), after, some, [app(Label.PUBLIC)], since=NOW)
    return [when(one.conditions, BERLIN) for one in found.differences]


@pytest.mark.parametrize(
    ("unless", "words"),
    [
        ("context.auth.strength >= 3", "without a passkey"),
        ("context.auth.strength >= 2", "with one factor alone"),
        ("context.device.known", "from an unknown device"),
        (
            'context.device.compliance == "compliant"',
            "from a device that is not healthy or whose health is unknown",
        ),
        ("context.device.managed", "from a device that is not managed"),
        ("context.device.binding >= 2", "at a binding of 1 or less"),
        ("context.device.binding >= 1", "in a session that no device is bound to"),
        ('context.device.platform == "macos"', "on any platform but macos"),
        ("context.time.minute >= 360 && context.time.minute < 1200", "outside 06:00–20:00"),
        ("context.time.minute < 1200", "20:00–24:00"),
        ("context.time.weekday <= 5", "on Saturday or Sunday"),
        ('context.now.durationSince(context.auth.at) <= duration("4h")', "more than 4 h after the last confirmation"),
        (
            'context.now.durationSince(context.device.seen) <= duration("1d")',
            "from a device that has not reported for 1 d",
        ),
        ('["DE", "AT"].contains(context.place.country)', "from outside AT or DE"),
        ('context.place.country != "RU"', "from RU"),
        ('context.place.network == "hall"', "from outside the network hall"),
        ("!context.place.anonymiser", "unless it is known that no anonymising service is used"),
        ("context.risk.score < 70", "at a risk of 70 or more"),
        ("context.risk.known", "while the risk is unknown"),
        ("context.grant.active", "without a grant"),
        ('context.auth.factors.contains("passkey")', "without passkey"),
        ('context.now < datetime("2027-01-01T12:00:00Z")', "from 1 Jan 2027 13:00 on"),
        ('context.request.method == "GET"', "by any method but GET"),
    ],
)
def test_each_fact_in_words(unless: str, words: str) -> None:
    assert lost(unless) == [words]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(NOW + 1, NOW + FAR), "from now on"),
        (Span(NOW + 1, NOW + DAY - 1), "before 25 Nov 2026 10:00"),
        (Span(NOW + DAY, NOW + FAR), "from 25 Nov 2026 10:00 on"),
    ],
)
def test_a_time_is_never_left_open(span: Span, words: str) -> None:
    """The present moment is no date that anybody wrote, so it is not told as one."""
    assert when((Condition("now", (span,)),), BERLIN) == words


def test_people_by_name_by_group_and_by_number() -> None:
    some = [Person(f"p{n}", f"P{n}", groups=frozenset({"g"}), active=True) for n in range(6)]
    names = {one.id: one.name for one in some}

    def said(count: int, members: dict[str, frozenset[str]]) -> str:
        found = newly_reachable(engine_of(""), engine_of(OPEN), some[:count], [app()], since=NOW)
        return sentence(found.differences[0], Names(BERLIN, names, {"wiki": "Wiki"}, members))

    assert said(1, {}) == "P0 gains Wiki · view"
    assert said(3, {}) == "P0, P1 and P2 gain Wiki · view"
    assert said(6, {}) == "6 people gain Wiki · view"
    assert said(3, {"Those in sales": frozenset({"p0", "p1", "p2"})}) == "Those in sales (3 people) gain Wiki · view"
    assert said(3, {"Sales": frozenset({"p0", "p1", "p2"})}) == "Sales (3 people) gain Wiki · view"


def test_whoever_is_not_signed_in_is_said_so() -> None:
    anybody = engine_of('@id("all") permit (principal, action == Action::"view", resource);')
    found = newly_reachable(engine_of(""), anybody, [], [app()], since=NOW)
    assert sentences(found, Names(BERLIN)) == ("Anyone not signed in gains wiki · view",)


def test_differences_in_nothing_but_their_conditions_are_one_sentence() -> None:
    some = [Person("p1", "Ana", groups=frozenset({"g"}), active=True)]
    hours = (
        '@id("h") forbid (principal, action, resource) unless { context.time.weekday <= 5 && context.device.known };'
    )
    found = newly_reachable(engine_of(OPEN), engine_of(OPEN + hours), some, [app()], since=NOW)
    assert len(found.differences) == 2
    assert sentences(found, Names(BERLIN)) == ("p1 loses wiki · view from an unknown device, or on Saturday or Sunday",)


RECENT = 'context.now.durationSince(context.auth.at) <= duration("4h")'


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("true", f"context.auth.strength >= 3 && {RECENT}", "loses wiki · view without a passkey used within 4 h"),
        ("false", f"context.auth.strength >= 3 && {RECENT}", "gains wiki · view with a passkey used within 4 h"),
        (
            "false",
            f"context.auth.strength >= 3 && {RECENT} && context.device.known",
            "gains wiki · view with a passkey used within 4 h, from a known device",
        ),
        (
            "true",
            f"context.auth.strength >= 3 && {RECENT} && context.device.known",
            "loses wiki · view without a passkey used within 4 h, or from an unknown device",
        ),
        (
            "false",
            f"context.auth.strength >= 2 && {RECENT}",
            "gains wiki · view with two factors or a passkey, within 4 h of the last confirmation",
        ),
        (
            "true",
            f"context.auth.strength >= 2 && {RECENT}",
            "loses wiki · view more than 4 h after the last confirmation, or with one factor alone",
        ),
        (
            "context.auth.strength >= 3",
            f"context.auth.strength >= 3 && {RECENT}",
            "loses wiki · view more than 4 h after the last confirmation",
        ),
    ],
)
def test_a_proof_and_its_age_are_said_as_people_would(before: str, after: str, words: str) -> None:
    some = [Person("p1", "Ana", groups=frozenset({"g"}), active=True)]
    old, new = (
        engine_of(f'@id("o") permit (principal in Group::"g", action == Action::"view", resource) when {{ {one} }};')
        for one in (before, after)
    )
    assert sentences(newly_reachable(old, new, some, [app()], since=NOW), Names(BERLIN)) == (f"p1 {words}",)


def test_a_change_of_the_time_zone_names_both() -> None:
    some = [Person("p1", "Ana", groups=frozenset({"g"}), active=True)]
    tokyo = ZoneInfo("Asia/Tokyo")
    hours = OPEN + '@id("h") forbid (principal, action, resource) unless { context.time.minute < 1200 };'
    found = newly_reachable(engine_of(hours), engine_of(hours, tokyo), some, [app()], since=NOW)
    *_, last = sentences(found, Names(tokyo, zone_before=BERLIN))
    assert last == (
        "The time zone changes from Europe/Berlin to Asia/Tokyo: times are shown in the new zone, and anything "
        "that depends on them may change beyond this."
    )


def test_the_share_that_was_looked_at_is_never_said_too_large() -> None:
    found = Reach((), is_exhaustive=False, covered=0.0001, situations=5)
    assert sentences(found, Names(BERLIN)) == (
        "There are too many situations to check them all; less than 1 % were checked.",
    )


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        (("view",), "view"),
        (("view", "edit", "share"), "view (and edit and share, if it asks Limen about that)"),
        (("edit",), "edit (if it asks Limen about that)"),
    ],
)
def test_of_an_app_that_signs_people_in_only_viewing_is_sure(actions: tuple[str, ...], words: str) -> None:
    some = [Person("p", groups=frozenset({"g"}), active=True)]
    listed = ", ".join(f'Action::"{one}"' for one in actions)
    opened = engine_of(f'@id("open") permit (principal in Group::"g", action in [{listed}], resource);')
    shut = engine_of('@id("shut") permit (principal in Group::"h", action, resource);')
    app_ = app(Label.PUBLIC)
    (difference,) = newly_reachable(shut, opened, some, [app_], since=NOW).differences
    assert sentence(difference, Names(BERLIN, viewed=frozenset({app_.id}))).endswith(f"· {words}")
    both = Names(BERLIN, viewed=frozenset())
    assert "asks" not in sentence(difference, both)
