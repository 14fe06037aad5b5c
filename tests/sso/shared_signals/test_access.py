"""Which receiver calls, by its token alone."""

from __future__ import annotations

from tests.sso.shared_signals.at_receivers import AtReceivers

from limen.clock import DAY
from limen.sso.shared_signals import access, store, tokens


async def test_a_token_opens_what_is_its_receivers_until_it_ends(signals: AtReceivers) -> None:
    watch, core = await signals.caller("watch"), signals.house.limen.core
    assert (await watch.ask("GET", "/ssf/streams")).status_code == 200
    (held,) = core.database.read(lambda s: store.TOKENS.of(s.connection, "watch", signals.house.clock.now()))
    assert held.used_at
    for wrong in ("", watch.token[:-1], held.id, "x" * 300):
        refused = await signals.caller_with(wrong).ask("GET", "/ssf/streams")
        assert (refused.status_code, refused.json()["err"]) == (401, "unauthorized")
        assert refused.headers["www-authenticate"].startswith("Bearer")
    assert {one.reason for one in signals.house.events("workload.refused")} == {
        "token-unknown-or-over",
        "token-missing",
    }
    await core.write(lambda t: tokens.end(t, held.id, signals.house.clock.now(), by=""))
    assert (await watch.ask("GET", "/ssf/streams")).status_code == 401
    other = await signals.caller("watch")
    signals.house.clock.forward(366 * DAY)
    assert (await other.ask("GET", "/ssf/streams")).status_code == 401


async def test_who_asks_without_end_is_asked_to_wait(signals: AtReceivers) -> None:
    watch = await signals.caller("watch")
    found = [(await watch.ask("GET", "/ssf/streams")).status_code for _ in range(access.AT_ONCE + 30)]
    assert set(found) == {200, 429}
    assert found[0] == 200
