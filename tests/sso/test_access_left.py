"""An app's own session has ended when the app has heard of it; one that never heard stays known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from tests.sso.test_sign_ins import database

from limen.clock import DAY
from limen.pillar import AccountAtApp, Offers, Provisioned, Standing
from limen.sso import sign_ins
from limen.sso.access_left import accounts_at_apps, sessions_of_apps
from limen.sso.sign_ins import UNHEARD_ARE_KEPT
from limen.storage import Database

__all__ = ["database"]


async def test_an_app_is_waited_for_until_it_has_heard(database: Database) -> None:
    ask = sessions_of_apps(cast("Any", SimpleNamespace(database=database))).ask
    assert await ask("p_mia", 20) == Standing()
    database.write(lambda t: sign_ins.end(t.connection, ["g_1"], 30))
    assert await ask("p_mia", 20) == Standing(open=1, ended=1)
    assert await ask("p_mia", 31) == Standing(open=1)
    assert await ask("p_ben", 20) == Standing()
    database.write(lambda t: sign_ins.tell_again(t.connection, "g_1", 60, 1))
    assert await ask("p_mia", 20) == Standing(away=("grafana",), ended=1)
    database.write(lambda t: sign_ins.told(t.connection, "g_1"))
    assert await ask("p_mia", 20) == Standing(ended=1)


async def test_an_app_that_never_heard_is_told_no_more_and_known_for_a_while(database: Database) -> None:
    ask = sessions_of_apps(cast("Any", SimpleNamespace(database=database))).ask
    database.write(lambda t: sign_ins.end(t.connection, ["g_1"], 30))
    database.write(lambda t: sign_ins.never_heard(t.connection, "g_1", 7))
    assert database.read(lambda s: sign_ins.due_logouts(s.connection, 2_000 * DAY, 9)) == []
    assert (await ask("p_mia", 20)).away == ("grafana",)
    busy = sign_ins.select(sign_ins.app_logouts.c.sign_in_id)
    for now, is_known in ((UNHEARD_ARE_KEPT, True), (UNHEARD_ARE_KEPT + 31, False)):
        database.write(lambda t, now=now: sign_ins.forget_ended(t.connection, now, busy))  # type: ignore[misc]
        assert bool((await ask("p_mia", 20)).away) is is_known


async def test_accounts_that_are_on_are_open_and_an_app_that_fails_is_away(database: Database) -> None:
    accounts = [
        AccountAtApp("crm", "CRM", is_on=False, left_at=10, off_at=20),
        AccountAtApp("chat", "Chat", is_on=True, left_at=10),
        AccountAtApp("erp", "ERP", is_on=True, left_at=10, error="it is away"),
    ]
    offers = Offers()
    ask = accounts_at_apps(cast("Any", SimpleNamespace(database=database, offers=offers))).ask
    assert await ask("p_mia", 15) == Standing()
    offers.give(Provisioned(lambda _snapshot, person: accounts if person == "p_mia" else []))
    assert await ask("p_mia", 15) == Standing(open=1, away=("ERP",), ended=1)
    assert await ask("p_ben", 15) == Standing()
