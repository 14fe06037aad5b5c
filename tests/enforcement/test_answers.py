from __future__ import annotations

import json
from html import escape
from urllib.parse import urljoin, urlsplit

import msgspec
import pytest
from tests.enforcement.house import PUBLIC_URL, House

from limen.enforcement import answers
from limen.enforcement.decision_point import Answer
from limen.messages import Language, catalogue
from limen.policy import Effect
from limen.policy.decision import UNAVAILABLE


def answer_to(house, cookie="", *, host=b"wiki.harbor.example", target=b"/a", method=b"GET"):
    return house.doors.decide_request("check", method, host, target, cookie.encode(), "")


def test_a_stranger_learns_only_that_signing_in_comes_next():
    house = House()
    refused = answers.refusal(answer_to(house), b"/a?b=c", PUBLIC_URL)
    assert (refused.status, refused.location) == (401, "/.limen/start?to=%2Fa%3Fb%3Dc")
    said = json.loads(refused.body)
    assert set(said) == {"error", "error_description", "decision", "url"}
    assert said["url"] == "https://wiki.harbor.example/.limen/start?to=%2Fa%3Fb%3Dc"
    assert said["error"] == "insufficient_user_authentication"
    assert refused.challenge.startswith('Bearer error="insufficient_user_authentication"')


def test_who_needs_a_stronger_proof_is_told_which():
    house = House()
    refused = answers.refusal(
        answer_to(house, house.cookie("payroll", strength=1), host=b"payroll.harbor.example"), b"/a", PUBLIC_URL
    )
    assert refused.status == 401
    assert refused.location.startswith(f"{PUBLIC_URL}/step-up?app=payroll&to=%2Fa&decision=")
    assert 'acr_values="urn:limen:strength:3"' in refused.challenge
    assert json.loads(refused.body)["remedies"]


@pytest.mark.parametrize("word", sorted(UNAVAILABLE))
def test_that_limen_can_not_decide_is_said_with_its_reason_and_when_to_ask_again(word):
    house = House()
    answer = msgspec.structs.replace(
        answer_to(house, house.cookie(), target=b"/page?q=1"), effect=Effect.DENY, word=word
    )
    refused = answers.refusal(answer, b"/page?q=1", PUBLIC_URL)
    assert (refused.status, refused.again, refused.challenge) == (503, "/page?q=1", "")
    said = json.loads(refused.body)
    assert said["error"] == "temporarily_unavailable"
    assert said["error_description"] == catalogue(Language.ENGLISH).say(f"fails.{word}")
    for is_navigation in (True, False):
        reply = answers.refusal_reply(answer, b"/page?q=1", PUBLIC_URL, is_navigation=is_navigation)
        assert (reply.status, dict(reply.fields)[b"retry-after"]) == (503, b"10")
    page = answers.refusal_reply(answer, b"/page?q=1", PUBLIC_URL, is_navigation=True).body.decode()
    assert 'href="/page?q=1"' in page
    assert "refresh" not in page
    for language in Language:
        assert escape(catalogue(language).say(f"fails.{word}")) in page


def test_why_limen_can_not_decide_is_not_for_strangers():
    answer = msgspec.structs.replace(answer_to(House()), effect=Effect.DENY, word="lease-expired")
    reply = answers.refusal_reply(answer, b"/a", PUBLIC_URL, is_navigation=True)
    assert reply.status == 503
    assert escape(catalogue(Language.ENGLISH).say("fails.lease-expired")) not in reply.body.decode()


def test_no_path_leads_to_another_host_when_it_is_asked_again():
    answer = msgspec.structs.replace(answer_to(House()), effect=Effect.DENY, word="lease-expired")
    for target in (b"//evil.example/", b"/\\evil.example", b"https://evil.example/", b"*"):
        again = answers.refusal(answer, target, PUBLIC_URL).again
        assert urlsplit(urljoin("https://wiki.harbor.example/", again)).hostname == "wiki.harbor.example", target


def test_a_deny_leads_to_its_decision():
    house = House()
    answer = answer_to(house, house.cookie("payroll", "bo"), host=b"payroll.harbor.example", target=b"/admin")
    refused = answers.refusal(answer, b"/admin", PUBLIC_URL)
    assert (refused.status, refused.challenge) == (403, "")
    assert refused.location == f"{PUBLIC_URL}/not-yet?decision={answer.id}"


def test_what_is_withheld_has_its_own_page_and_programs_learn_what_is_open():
    house = House()
    answer = answer_to(house, house.cookie(), target=b"/admin")
    refused = answers.refusal(answer, b"/admin", PUBLIC_URL)
    assert (refused.status, refused.location) == (403, f"{PUBLIC_URL}/withheld?decision={answer.id}")
    said = json.loads(refused.body)
    assert (said["withheld"], said["permitted"]) == ("administer", ["view"])
    assert said["error_description"] == "You can view Wiki from here, but administering is blocked right now."
    assert b"This is blocked" in answers.refusal_page(refused, answer)


def test_what_came_to_no_decision_leads_nowhere():
    refused = answers.refusal(Answer(Effect.DENY, "unknown-host"), b"/", PUBLIC_URL)
    assert (refused.status, refused.location) == (403, "")
    assert "decision" not in json.loads(refused.body)


@pytest.mark.parametrize("target", [b"//evil.example", b"/\\evil", b"/\r\nSet-Cookie: a", b"/\xff<script>"])
def test_where_a_person_wanted_to_go_is_never_another_host(target):
    location = answers.refusal(answer_to(House()), target, PUBLIC_URL).location
    assert location.startswith("/.limen/start?to=%2F")
    assert not set(location) & set("<>\r\n \\")
    assert not location.startswith("/.limen/start?to=%2F%2F")


def test_its_pages_may_load_nothing_at_all():
    policy = dict(answers.PAGE_HEADERS)[b"content-security-policy"]
    assert policy.startswith(b"default-src 'none'")
    assert b"script-src" not in policy


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://limen.harbor.example", "https://wiki.harbor.example"),
        ("https://limen.harbor.example:8443", "https://wiki.harbor.example:8443"),
        ("http://limen.harbor.localhost:8080", "http://wiki.harbor.example:8080"),
    ],
)
def test_an_app_is_reached_with_the_scheme_and_port_of_the_sign_in_host(public_url, origin):
    assert answers.app_origin("wiki.harbor.example", public_url) == origin


def test_the_status_is_the_effect():
    assert [answers.status_of(Answer(effect, "")) for effect in Effect] == [200, 401, 403]


def test_git_is_told_in_text_which_it_shows():
    answer = answer_to(House())
    reply = answers.refusal_reply(answer, b"/a", PUBLIC_URL, is_navigation=False, is_program=True, shows_text=True)
    fields = dict(reply.fields)
    assert (reply.status, reply.body) == (401, b"Sign in to continue.\n")
    assert fields[b"content-type"] == b"text/plain; charset=utf-8"
    assert fields[b"www-authenticate"].startswith(b'Basic realm="Wiki"')
    assert fields[b"cache-control"] == b"no-store"
    said = {"is_navigation": False, "is_program": True, "shows_text": True, "sent_another": True}
    reply = answers.refusal_reply(answer, b"/a", PUBLIC_URL, **said)
    assert reply.body.startswith(b"The password sent is not a token.")
