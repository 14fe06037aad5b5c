from __future__ import annotations

import pytest

from limen.enforcement import headers


def test_fields_of_one_hop_stop_here_also_those_that_connection_names():
    sent = [
        (b"connection", b"keep-alive, X-Hop"),
        (b"x-hop", b"1"),
        (b"te", b"trailers"),
        (b"upgrade", b"h2c"),
        (b"accept", b"*/*"),
    ]
    assert headers.upstream_request(sent, []) == [(b"accept", b"*/*")]


def test_connection_can_not_name_away_what_the_framing_or_identity_rests_on():
    sent = [
        (b"connection", b"content-length, authorization, cookie"),
        (b"content-length", b"3"),
        (b"authorization", b"Basic x"),
        (b"cookie", b"a=1"),
    ]
    assert headers.upstream_request(sent, []) == [
        (b"content-length", b"3"),
        (b"authorization", b"Basic x"),
        (b"cookie", b"a=1"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        b"x-limen-user",
        b"x_limen_user",
        b"x-limen_user",
        b"remote-user",
        b"remote_user",
        b"x-forwarded-for",
        b"x-http-method-override",
        b"x-original-url",
        b"forwarded",
        b"proxy",
        b"anything_else",
        b"content_length",
        b"expect",
    ],
)
def test_claims_are_stripped(name):
    assert headers.is_stripped(name)


@pytest.mark.parametrize(
    "name", [b"accept", b"authorization", b"x-requested-with", b"x-limit", b"content-type", b"origin"]
)
def test_ordinary_fields_pass(name):
    assert not headers.is_stripped(name)


def test_our_own_word_is_added_last_and_host_is_ours_to_say():
    out = headers.upstream_request(
        [(b"host", b"evil"), (b"x-limen-user", b"m")], [(b"host", b"a"), (b"x-limen-user", b"ana")]
    )
    assert out == [(b"host", b"a"), (b"x-limen-user", b"ana")]


def test_what_may_occur_once_may_not_occur_twice():
    assert headers.repeated([(b"accept", b"a"), (b"accept", b"b"), (b"cookie", b"a"), (b"cookie", b"b")]) is None
    assert headers.repeated([(b"origin", b"a"), (b"origin", b"a")]) == b"origin"


def test_an_upstream_can_not_set_our_cookies_or_speak_for_us():
    said = [
        (b"Set-Cookie", b"__Host-limen-app=x; Path=/"),
        (b"Set-Cookie", b" __host-LIMEN=x"),
        (b"Set-Cookie", b"theirs=1"),
        (b"X-Limen-User", b"mallory"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Content-Type", b"text/plain"),
    ]
    assert headers.downstream_response(said) == [(b"set-cookie", b"theirs=1"), (b"content-type", b"text/plain")]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"n=v", b"v"),
        (b"a=1; n=v; b=2", b"v"),
        (b"a=1;n=v", b"v"),
        (b"n=v=w", b"v=w"),
        (b"N=v", b""),
        (b"xn=v", b""),
        (b"a=n=v", b""),
        (b"n2=v", b""),
        (b"", b""),
        (b"n", b""),
        (b"a=1; N=v; nn=2", b""),
    ],
)
def test_a_cookie_is_found_by_its_exact_name(header, value):
    assert headers.cookie(header, b"n") == value


def test_the_same_cookie_twice_is_none():
    with pytest.raises(headers.TwiceError):
        headers.cookie(b"n=1; n=1", b"n")


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        (b"a=1", b"a=1"),
        (b"__Host-limen-app=t", b""),
        (b"a=1; __Host-limen-app=t; b=2", b"a=1; b=2"),
        (b"__Host-limen=t;__Host-limen-start=u;a=1", b"a=1"),
        (b"__Host-limen-app2=theirs", b"__Host-limen-app2=theirs"),
        (b"__host-limen-app=theirs", b"__host-limen-app=theirs"),
        (b"a=__Host-limen-app", b"a=__Host-limen-app"),
    ],
)
def test_our_cookies_stay_here_and_look_alikes_are_the_apps_own(header, rest):
    assert headers.without_our_cookies(header) == rest


@pytest.mark.parametrize(
    ("name", "word"),
    [
        (b"x-limen-user", "identity-forged"),
        (b"x_limen_assertion", "identity-forged"),
        (b"remote_user", "identity-forged"),
        (b"cf-access-jwt-assertion", "identity-forged"),
        (b"x-http-method-override", "method-overridden"),
        (b"x-rewrite-url", "path-overridden"),
    ],
)
def test_a_forgery_is_known_by_its_name(name: bytes, word: str) -> None:
    assert headers.forgery([(b"host", b"a"), (name, b"mallory")]) == (word, name)


def test_what_browsers_and_proxies_send_is_no_forgery() -> None:
    honest = [b"host", b"cookie", b"accept", b"x-forwarded-for", b"x-requested-with", b"via", b"sec-fetch-mode"]
    assert headers.forgery([(name, b"x") for name in honest]) is None


@pytest.mark.parametrize("value", [b"__Host-limen-app=x", b"=__Host-limen-app=x", b" = __HOST-limen=x; Path=/"])
def test_an_app_sets_no_cookie_of_ours_not_even_without_a_name(value: bytes) -> None:
    assert headers.downstream_response([(b"set-cookie", value), (b"set-cookie", b"own=1")]) == [
        (b"set-cookie", b"own=1")
    ]
