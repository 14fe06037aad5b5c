from __future__ import annotations

import re
from dataclasses import replace

import pytest

from limen.facts import App, Upstream
from limen.front.config.guarded import FrontConfigError, Guarded, guarded, path_regex, upstream
from limen.settings import Listen, Settings

WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream("http://127.0.0.1:9000"))
SETTINGS = Settings(name="Harbor", domain="harbor.example")


def test_what_browsers_come_to_is_what_the_sign_in_host_says() -> None:
    made = guarded(SETTINGS, [WIKI])
    assert (made.listen, made.limen, made.check) == ("0.0.0.0:443", "127.0.0.1:8080", "127.0.0.1:8081")
    assert made.certificate
    assert made.key
    local = guarded(SETTINGS.model_copy(update={"url": "http://limen.harbor.localhost:8000"}), [WIKI])
    assert (local.listen, local.certificate) == ("127.0.0.1:8000", "")


def test_limen_on_every_address_is_reached_on_this_machine() -> None:
    listen = Listen(address="[::]:8080", check="unix:/run/limen/check.sock")
    made = guarded(SETTINGS.model_copy(update={"listen": listen}), [])
    assert (made.limen, made.check) == ("[::1]:8080", "unix:/run/limen/check.sock")


@pytest.mark.parametrize(
    "changed",
    [
        {"listen": Listen(check="")},
        {"url": "http://limen.harbor.localhost:8080"},
        {"listen": Listen(check="unix:/tmp/a b; proxy_pass http://evil")},
    ],
    ids=["no check server", "the port is Limen's own", "an address with more in it"],
)
def test_settings_that_leave_no_room_for_a_front_are_refused(changed) -> None:
    with pytest.raises(FrontConfigError):
        guarded(SETTINGS.model_copy(update=changed), [WIKI])


def test_a_path_that_a_config_would_read_otherwise_is_refused() -> None:
    with pytest.raises(FrontConfigError):
        guarded(SETTINGS, [WIKI], certificate="/etc/x; include /tmp/y")


def test_only_what_a_front_gets_right_goes_past_limen() -> None:
    tls = replace(WIKI, id="tls", upstream=Upstream("https://10.0.0.5"))
    renamed = replace(WIKI, id="renamed", upstream=Upstream("http://10.0.0.5", keep_host=False))
    made = guarded(SETTINGS, [WIKI, tls, renamed])
    assert made.direct == (WIKI,)
    assert {app.id for app in made.indirect} == {"tls", "renamed"}


def test_limits_are_those_of_the_most_generous_app() -> None:
    slow = replace(WIKI, id="slow", upstream=Upstream("http://a", response_ms=90_500, max_request_bytes=2 << 30))
    made = Guarded("d", "s", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", (WIKI, slow))
    assert (made.slowest_answer_seconds, made.largest_request_bytes) == (91, 2 << 30)


def test_an_upstream_has_a_host_and_a_port() -> None:
    assert upstream(replace(WIKI, upstream=Upstream("http://[fd00::5]:3000"))) == ("fd00::5", 3000)
    assert upstream(replace(WIKI, upstream=Upstream("http://wiki.internal"))) == ("wiki.internal", 80)


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("/events/**", ["/events", "/events/", "/events/a/b", "/EVENTS/a"], ["/eventsx", "/a/events"]),
        ("/a/*/tail", ["/a/b/tail", "/a/b/tail/"], ["/a/b/c/tail", "/a/tail"]),
        ("/v1.0", ["/v1.0"], ["/v1x0"]),
        ("/**", ["/", "/anything"], []),
    ],
)
def test_a_pattern_as_a_regular_expression(pattern, fits, fits_not) -> None:
    made = re.compile(path_regex(pattern), re.IGNORECASE)
    assert all(made.search(path) for path in fits)
    assert not any(made.search(path) for path in fits_not)
