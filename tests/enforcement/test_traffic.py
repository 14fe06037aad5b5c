"""What is asked of apps in onboarding is counted by kinds, and so is who would have been refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.house import NOW, House
from tests.policy.scene import app

from limen.clock import DAY, Instant
from limen.enforcement.path_patterns import PathPatterns
from limen.enforcement.traffic import (
    KEPT,
    MOST_PATTERNS,
    MOST_PEOPLE,
    MOST_REFUSALS,
    MOST_STRANGERS,
    REST,
    AppTraffic,
    Kind,
    Traffic,
)
from limen.facts import ANYBODY, App, Facts, Label, Person
from limen.policy.decision import Decision, Effect, Named, Reason, Request

UNTIL = NOW + 7 * DAY
WIKI = replace(app(Label.INTERNAL), onboarding_until=UNTIL)


def asked(
    traffic: Traffic,
    path: str,
    person: str = "ana",
    method: str = "GET",
    *,
    action: str = "view",
    reasons: tuple[str, ...] = ("staff-view",),
    now: Instant = NOW,
    of: App = WIKI,
    name: str = "d1",
) -> None:
    said = tuple(Reason(reason, "permit", reason) for reason in reasons)
    request = Request(action, method, "/**", of.host)
    facts = Facts(of, Person(person, active=True) if person else ANYBODY)
    traffic.note(path, Decision(Effect.PERMIT, said, (), (), request, facts, now, "r1"), person, name)


def asked_by_three(traffic: Traffic, path: str, method: str = "GET", *, of: App = WIKI) -> None:
    """What three people used: its words are kept. They count as `p1` to `p3`, each twice."""
    for person in ("p1", "p2", "p3") * 2:
        asked(traffic, path, person, method, of=of)


def kept_words(traffic: Traffic, *paths: str, of: App = WIKI) -> None:
    """The words of these paths stay, as if three people had used each."""
    seen = traffic.of(of.id) or AppTraffic(UNTIL + KEPT)
    traffic.load(of.id, seen)
    seen.patterns.kept |= PathPatterns(tuple(path.split("/")) for path in paths).kept


def kinds(traffic: Traffic) -> dict[str, tuple[int, int, int]]:
    seen = traffic.of("wiki")
    assert seen is not None
    return {
        f"{kind.method} /{'/'.join(kind.segments)} {kind.action}": (one.signed_in, one.strangers, one.people_count)
        for kind, one in seen.kinds.items()
    }


def test_requests_are_counted_by_method_pattern_and_action_and_people_by_their_number() -> None:
    traffic = Traffic()
    kept_words(traffic, "files", "logo")
    for person in ("ana", "ben", "ana", ""):
        asked(traffic, "/files/17", person)
    asked(traffic, "/files/18", "ana", "POST", action="edit")
    asked(traffic, "/logo", "", reasons=(Named.PUBLIC_ROUTE,))
    asked(traffic, "/logo", "", "BREW")
    assert kinds(traffic) == {
        "GET /files/* view": (3, 1, 2),
        "POST /files/* edit": (1, 0, 1),
        "GET /logo public": (0, 1, 0),
        "other /logo view": (0, 1, 0),
    }
    for number in range(50):
        asked(traffic, "/files/17", f"p{number}")
    assert kinds(traffic)["GET /files/* view"] == (53, 1, MOST_PEOPLE)


def test_names_that_many_people_used_outlast_a_flood_of_names_by_three() -> None:
    traffic = Traffic()
    for person in ("ana", "ben", "cem", "dee", "fay") * 2:
        asked(traffic, "/files/list", person)
        asked(traffic, "/search", person)
    before = kinds(traffic)
    assert before["GET /files/list view"][2] == 5
    for one in range(MOST_PATTERNS * 2):
        asked_by_three(traffic, f"/files/{chr(97 + one // 26)}{chr(97 + one % 26)}")
    found = kinds(traffic)
    assert len(found) <= MOST_PATTERNS
    assert found["GET /files/list view"] == before["GET /files/list view"]
    assert found["GET /search view"] == before["GET /search view"]
    assert found["GET /files/* view"][0] > MOST_PATTERNS
    asked(traffic, "/files/list", "gus")
    assert kinds(traffic)["GET /files/list view"][2] == 6


def test_strangers_have_few_patterns_of_their_own_and_give_way() -> None:
    traffic = Traffic()
    names = [f"{chr(97 + one // 26)}{chr(97 + one % 26)}" for one in range(MOST_PATTERNS)]
    kept_words(traffic, *names[: MOST_STRANGERS * 3])
    for name in names[: MOST_STRANGERS * 3]:
        asked(traffic, f"/{name}", "")
    seen = traffic.of("wiki")
    assert seen is not None
    assert len(seen.kinds) == MOST_STRANGERS + 1
    assert seen.kinds[REST].strangers == MOST_STRANGERS * 2
    for name in names:
        kept_words(traffic, f"place/{name}")
        asked(traffic, f"/place/{name}", "ana")
    assert all(count.signed_in for kind, count in seen.kinds.items() if kind != REST)
    assert seen.kinds[REST].strangers == MOST_STRANGERS * 3


def test_who_would_have_been_refused_is_counted_to_the_last_request() -> None:
    traffic = Traffic()
    for number in range(3):
        asked(traffic, "/x", "eve", reasons=(Named.ONBOARDING, "nothing-permits"), name=f"d{number}", now=NOW + number)
    asked(traffic, "/x", "eve")
    asked(traffic, "/x", "", reasons=(Named.ONBOARDING, "nothing-permits"))
    seen = traffic.of("wiki")
    assert seen is not None
    ((refused, often),) = seen.refused.items()
    assert (refused.person_id, refused.action, refused.reasons) == ("eve", "view", ("nothing-permits",))
    assert (often.count, often.newest, often.decision) == (3, NOW + 2, "d2")


def test_refusals_are_bounded_and_what_is_beyond_is_still_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.enforcement.traffic.MOST_REFUSALS", 3)
    assert MOST_REFUSALS == 5_000
    traffic = Traffic()
    for number in range(5):
        asked(traffic, "/x", f"p{number}", reasons=(Named.ONBOARDING, "nothing-permits"))
    seen = traffic.of("wiki")
    assert seen is not None
    assert (len(seen.refused), seen.uncounted) == (3, 2)


def test_it_is_forgotten_a_week_after_the_end_whatever_ended_it() -> None:
    traffic = Traffic()
    asked(traffic, "/x")
    assert traffic.forget({"wiki": WIKI}, UNTIL + KEPT - 1) == ()
    assert traffic.forget({"wiki": WIKI}, UNTIL + KEPT) == ("wiki",)
    assert traffic.of("wiki") is None
    for apps in ({}, {"wiki": replace(WIKI, onboarding_until=0)}):
        asked(traffic, "/x")
        assert traffic.forget(apps, NOW) == ()
        assert traffic.forget(apps, NOW + KEPT) == ("wiki",)
    asked(traffic, "/x")
    longer = {"wiki": replace(WIKI, onboarding_until=UNTIL + 5 * DAY)}
    assert traffic.forget(longer, NOW) == ()
    assert traffic.forget(longer, UNTIL + 5 * DAY + KEPT - 1) == ()


def test_the_doors_note_only_apps_in_onboarding() -> None:
    house = House()
    cookie = house.cookie().encode()

    def ask(cookies: bytes) -> None:
        house.doors.decide_request("check", b"GET", b"wiki.harbor.example", b"/page/7?secret=1", cookies, "203.0.113.7")

    ask(cookie)
    assert not tuple(house.doors.traffic.apps())
    wiki = house.known.apps["wiki"]
    apps = (replace(wiki, label=Label.INTERNAL, onboarding_until=house.clock.now() + DAY),)
    house.known.set_company(apps, house.known.groups.values())
    ask(cookie)
    ask(b"")
    seen = house.doors.traffic.of("wiki")
    assert seen is not None
    (kind,) = seen.kinds
    assert kind == Kind("GET", ("*", "*"), "view")
    assert (seen.kinds[kind].signed_in, seen.kinds[kind].strangers) == (1, 1)
    house.clock.forward(DAY)
    ask(b"")
    assert seen.kinds[kind].strangers == 1
