from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.house import PUBLIC_URL, House

from limen.clock import SECOND
from limen.enforcement.assertion import AssertionRefusedError, Assertions, SigningKeys, new_signing_key, verify

ORIGIN = "https://wiki.harbor.example"


@pytest.fixture
def house():
    return House()


def answer_for(house, app="wiki", root=None):
    token = house.app_session(app, root=root or house.sign_in())
    return house.doors.decide_request(
        "check", b"GET", f"{app}.harbor.example".encode(), b"/", f"__Host-limen-app={token}".encode(), ""
    )


def said(house, answer):
    return dict(house.identity.fields(answer))


def test_an_assertion_names_one_app_and_lives_a_minute(house):
    claims = verify(
        said(house, answer_for(house))[b"x-limen-assertion"].decode(),
        house.identity.published(),
        origin=ORIGIN,
        issuer=PUBLIC_URL,
        now=house.clock.now(),
    )
    assert (claims["aud"], claims["iss"], claims["sub"]) == (ORIGIN, PUBLIC_URL, "ana")
    assert claims["exp"] - claims["iat"] == 60
    assert claims["acr"] == "urn:limen:strength:3"
    assert claims["groups"] == ["editors", "finance", "staff"]


def test_it_is_used_again_for_half_a_minute_and_not_longer(house):
    root = house.sign_in()
    token = house.app_session(root=root)

    def assertion():
        answer = house.doors.decide_request(
            "check", b"GET", b"wiki.harbor.example", b"/", f"__Host-limen-app={token}".encode(), ""
        )
        return said(house, answer)[b"x-limen-assertion"]

    first = assertion()
    house.clock.forward(29 * SECOND)
    assert assertion() == first
    house.clock.forward(1 * SECOND)
    assert assertion() != first


def test_a_changed_fact_makes_a_new_one_at_once(house):
    root = house.sign_in()
    token = house.app_session(root=root)
    cookie = f"__Host-limen-app={token}".encode()
    before = house.doors.decide_request("check", b"GET", b"wiki.harbor.example", b"/", cookie, "")
    assert said(house, before)[b"x-limen-groups"] == b"editors,finance,staff"
    house.known.people.put(replace(house.known.people["ana"], groups=frozenset({"staff"})))
    after = house.doors.decide_request("check", b"GET", b"wiki.harbor.example", b"/", cookie, "")
    assert said(house, after)[b"x-limen-groups"] == b"staff"
    assert said(house, after)[b"x-limen-assertion"] != said(house, before)[b"x-limen-assertion"]


def test_two_apps_can_not_tell_that_they_see_the_same_session(house):
    root = house.sign_in()
    wiki, payroll = (said(house, answer_for(house, app, root))[b"x-limen-session"] for app in ("wiki", "payroll"))
    assert wiki != payroll
    assert root.id.encode() not in wiki
    assert said(house, answer_for(house, "wiki", root))[b"x-limen-session"] == wiki


def test_a_name_is_never_a_field_of_its_own(house):
    person = replace(house.known.people["ana"], name="Ana\r\nX-Limen-Groups: admins 50% Ä", email="ä@harbor.example")
    house.known.people.put(replace(person, groups=frozenset({"staff", "a,b"})))
    fields = said(house, answer_for(house))
    assert fields[b"x-limen-name"] == b"Ana%0D%0AX-Limen-Groups: admins 50%25 %C3%84"
    assert fields[b"x-limen-groups"] == b"a%2Cb,staff"
    block = house.identity.block(answer_for(house))
    assert block.count(b"\r\n") == len(fields)


def test_nobody_is_nobody(house):
    answer = house.doors.decide_request("check", b"GET", b"wiki.harbor.example", b"/assets/x", b"", "")
    assert answer.permitted
    assert house.identity.fields(answer) == []
    assert house.identity.block(answer) == b""


def test_only_public_halves_are_published_and_older_keys_stay_good(house):
    old, new = new_signing_key(), new_signing_key()
    before = Assertions(public_url=PUBLIC_URL, clock=house.clock, keys=SigningKeys((old,), b"p" * 32))
    after = Assertions(public_url=PUBLIC_URL, clock=house.clock, keys=SigningKeys((new, old), b"p" * 32))
    assertion = dict(before.fields(answer_for(house)))[b"x-limen-assertion"].decode()
    assert not [key for key in after.published()["keys"] if "d" in key]
    now = house.clock.now()
    assert verify(assertion, after.published(), origin=ORIGIN, issuer=PUBLIC_URL, now=now)["sub"] == "ana"
    only_new = Assertions(public_url=PUBLIC_URL, clock=house.clock, keys=SigningKeys((new,), b"p" * 32))
    with pytest.raises(AssertionRefusedError):
        verify(assertion, only_new.published(), origin=ORIGIN, issuer=PUBLIC_URL, now=now)


def test_without_keys_there_are_plain_fields_only(house):
    plain = Assertions(public_url=PUBLIC_URL, clock=house.clock, pairwise=b"p" * 32)
    fields = dict(plain.fields(answer_for(house)))
    assert b"x-limen-assertion" not in fields
    assert fields[b"x-limen-user"] == b"ana"
    assert plain.published() == {"keys": []}
