"""Attacks with tokens of programs: tried at the doors, refused, and journaled without the secret."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest
from tests.enforcement.house import NOW, House
from tests.enforcement.upstream import upstream

from limen.clock import DAY
from limen.enforcement import answers
from limen.enforcement.authorization import presented
from limen.enforcement.decision_point import KEPT_PER_SECOND, Answer
from limen.facts import Auth, Person
from limen.facts.facts_json import facts_from_json, facts_to_bytes, facts_to_json
from limen.facts.tokens import new_secret, token_hash
from limen.identity.app_token import AppToken
from limen.policy.decision import Request
from limen.policy.replay import replay, write_decision

SECRET = new_secret().encode()


@pytest.fixture
def house() -> House:
    made = House()
    made.known.people.put(Person("p_mia", groups=frozenset({"staff", "editors", "finance"}), active=True))
    keep(made, token())
    return made


def token(app: str = "wiki", *actions: str) -> AppToken:
    allowed = frozenset(actions or ("view",))
    return AppToken("t_1", "p_mia", "git", app, allowed, 2, NOW - 5, NOW - 1, NOW + DAY)


def keep(house: House, one: AppToken, secret: bytes = SECRET) -> None:
    house.known.tokens.put(token_hash(secret), one.session)


def ask(house: House, value: bytes, method: bytes = b"GET", host: str = "wiki", cookies: bytes = b"") -> Answer:
    said = presented(value)
    target = b"/a?token=" + SECRET
    return house.doors.decide_request("gateway", method, f"{host}.harbor.example".encode(), target, cookies, "", said)


def bearer(secret: bytes = SECRET) -> bytes:
    return b"Bearer " + secret


def test_a_good_token_opens_what_it_was_made_for_and_policies_still_decide(house: House):
    assert ask(house, bearer()).permitted
    assert ask(house, b"Basic " + b64encode(b"mia:" + SECRET)).permitted
    house.known.people.put(Person("p_mia", groups=frozenset(), active=True))
    assert ask(house, bearer()).word == "nothing-permits"


def test_out_of_scope_is_refused_before_the_policies(house: House):
    assert ask(house, bearer(), b"POST").word == "token-out-of-scope"
    assert ask(house, bearer(), host="payroll").word == "token-out-of-scope"
    keep(house, token("wiki", "view", "edit"))
    assert ask(house, bearer(), b"POST").permitted


def test_a_token_never_gets_past_a_rule_that_asks_for_a_passkey_and_never_loops(house: House):
    keep(house, token("payroll"))
    answer = ask(house, bearer(), host="payroll")
    assert (answer.word, answer.effect) == ("payroll-needs-a-passkey", "deny")
    assert answer.decision is not None
    assert [[one.kind for one in some] for some in answer.decision.remedies] == [["use_browser"]]
    refused = answers.refusal(answer, b"/a", house.public_url, is_program=True)
    assert (refused.status, refused.challenge) == (403, "")


def test_it_ends_at_the_instant_with_its_person_and_with_every_mark(house: House):
    house.clock.at = NOW  # the clock stands still unless it is set
    keep(house, replace(token(), expires_at=NOW))
    assert ask(house, bearer()).word == "token-expired"
    keep(house, token())
    for subject in (("session", "t_1"), ("person", "p_mia"), ("company", "")):
        fresh = House()
        fresh.known.people.put(Person("p_mia", groups=frozenset({"staff"}), active=True))
        keep(fresh, token())
        assert ask(fresh, bearer()).permitted
        fresh.known.set_not_before(subject, NOW)
        assert ask(fresh, bearer()).word == "token-revoked"
    house.known.people.put(Person("p_mia", groups=frozenset({"staff"})))
    assert ask(house, bearer()).word == "person-inactive"


def test_unknown_and_malformed_tokens_are_asked_for_again_only_by_programs(house: House):
    for value in (bearer(new_secret().encode()), bearer(b"limen_app_x"), bearer(SECRET + b"x")):
        answer = ask(house, value)
        assert answer.word == "token-unknown"
        asked = answers.refusal(answer, b"/a", house.public_url, is_program=True)
        assert (asked.status, asked.challenge) == (401, 'Basic realm="Wiki", charset="UTF-8"')
        assert "Basic" not in answers.refusal(answer, b"/a", house.public_url).challenge


def test_a_token_is_no_cookie_a_cookie_no_token_and_both_together_are_nothing(house: House):
    cookie = b"__Host-limen-app="
    assert ask(house, b"", cookies=cookie + SECRET).word == "session-unknown"
    assert ask(house, b"").word == "not-signed-in"  # also in the query it is nothing
    assert ask(house, bearer(), cookies=cookie + b"x").word == "token-and-session"
    assert ask(house, bearer(), cookies=b"a=b").permitted


def test_the_secret_is_in_no_answer_and_in_nothing_that_is_kept(house: House):
    for value, method in ((bearer(), b"GET"), (bearer(), b"POST"), (bearer(SECRET + b"x"), b"GET")):
        answer = ask(house, value, method)
        body = b"" if answer.permitted else answers.refusal(answer, b"/a", house.public_url).body
        kept = b"".join(facts_to_bytes(one.facts) for one, _, _ in house.journal.decisions)
        assert SECRET not in body + kept
        assert SECRET.decode() not in repr(house.journal.decisions) + repr(house.journal.events)


def test_facts_say_that_nobody_is_there(house: House):
    answer = ask(house, bearer())
    assert answer.facts is not None
    assert answer.facts.auth == Auth(2, frozenset(), NOW - 5, by_token=True)


@pytest.mark.parametrize("is_for_another_app", [False, True])
def test_a_flood_of_tokens_from_everywhere_is_one_event_once_there_are_too_many(house: House, is_for_another_app: bool):
    house.clock.at = NOW  # all of it in one second
    said = presented(bearer() if is_for_another_app else bearer(new_secret().encode()))
    host = b"payroll.harbor.example" if is_for_another_app else b"wiki.harbor.example"
    for number in range(KEPT_PER_SECOND * 3):
        address = f"2001:db8::{number:x}"
        assert not house.doors.decide_request("gateway", b"GET", host, b"/a", b"", address, said).permitted
    told = [address for _, _, address in house.journal.decisions]
    assert len(set(told)) == KEPT_PER_SECOND + 1
    assert told.count("") == KEPT_PER_SECOND * 2
    assert house.journal.events == []


def test_what_was_written_before_there_were_tokens_is_read_as_somebody_in_a_browser(house: House):
    answer = house.doors.decide_request("gateway", b"GET", b"wiki.harbor.example", b"/a", house.cookie().encode(), "")
    assert answer.facts is not None
    written = write_decision(house.engine, Request("view"), answer.facts, NOW)
    for some in (written["facts"]["auth"], written["facts"]["session"]["auth"]):
        assert some.pop("by_token") is False
    del written["facts"]["session"]["actions"]
    old = facts_from_json(written["facts"])
    assert old.auth.interactive
    assert old.session is not None
    assert (old.session.auth.by_token, old.session.actions) == (False, frozenset())
    assert replay(written).agrees
    assert facts_from_json(facts_to_json(replace(old, auth=replace(old.auth, by_token=True)))).auth.by_token


async def test_an_upstream_that_says_back_what_it_got_says_no_token_in_any_spelling():
    from tests.enforcement.house import gateway
    from tests.enforcement.test_gateway import raw, request, status_of

    text = SECRET.decode()
    basic = b64encode(b"mia:" + SECRET).decode()
    fields = [
        f"Authorization: Bearer {text}",
        f"authorization: bearer  {text}",
        f"Authorization: BASIC {basic}",
        f"Authorization: Basic   {basic.translate(str.maketrans('+/', '-_')).rstrip('=')}",
        f"Authorization: Token {text}",
        f"Proxy-Authorization: Bearer {text}",
        f"X-Limen-Authorization: Bearer {text}",
        f"X_Limen_Authorization: Bearer {text}",
    ]
    async with upstream() as app:
        real = House(upstream=app.url)
        async with gateway(real) as port:
            for field in fields:
                for path in ("/a", "/assets/x"):  # the second is public, so it gets there whatever is sent
                    answer = await raw(port, request(path, fields=f"{field}\r\n", cookie=real.cookie()))
                    assert status_of(answer) in {200, 400, 401, 403}
                    assert SECRET not in answer
                    assert basic.encode()[:60] not in answer
            seen = repr(app.requests)
            assert len(app.requests) >= len(fields)
            assert text not in seen
            assert basic[:60] not in seen


async def test_the_upstream_never_sees_it_and_keeps_its_own_field(house: House):
    from tests.enforcement.house import gateway
    from tests.enforcement.test_gateway import raw, request, status_of

    async with upstream() as app:
        real = House(upstream=app.url)
        real.known.people.put(Person("p_mia", groups=frozenset({"staff"}), active=True))
        keep(real, token())
        async with gateway(real) as port:
            mine = f"Authorization: Bearer {SECRET.decode()}\r\n"
            assert status_of(await raw(port, request("/a", fields=mine))) == 200
            assert "authorization" not in app.last["headers"]
            assert status_of(await raw(port, request("/assets/x", fields=mine))) == 200
            assert "authorization" not in app.last["headers"]
            assert status_of(await raw(port, request("/a", fields=mine * 2))) == 400
            own = "Authorization: Bearer its-own\r\n"
            assert status_of(await raw(port, request("/a", cookie=real.cookie(), fields=own))) == 200
            assert app.last["headers"]["authorization"] == "Bearer its-own"
            typed = b64encode(b"mia:" + SECRET).decode()
            browser = f"Authorization: Basic {typed}\r\nSec-Fetch-Mode: navigate\r\n"
            assert status_of(await raw(port, request("/a", fields=browser))) == 303
            git = "User-Agent: git/2.47\r\n"
            assert b'www-authenticate: Basic realm="Wiki"' in await raw(port, request("/a", fields=git))
