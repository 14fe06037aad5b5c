from __future__ import annotations

from limen.clock import DAY
from limen.identity.app_token import AppToken, day_of, network_of


def test_a_token_is_a_session_of_its_own_that_does_not_idle():
    token = AppToken("t_1", "p_1", "ci", "wiki", frozenset({"view"}), 2, 5, 10, 100)
    session = token.session
    assert (session.app, session.actions, session.started_at, session.expires_at) == ("wiki", {"view"}, 10, 100)
    assert session.started_at + session.idle_ms == session.expires_at
    assert session.auth.by_token
    assert token.is_good(99)
    assert not token.is_good(100)


def test_of_a_use_only_day_and_network_are_kept():
    assert day_of(3 * DAY + 5) == 3 * DAY
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("") == ""
