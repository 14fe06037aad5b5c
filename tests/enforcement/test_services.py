from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from tests.enforcement.test_traffic import WIKI, asked

from limen.app import open_limen
from limen.clock import DAY
from limen.company.load import load_company
from limen.demo.harbor import copy_to
from limen.enforcement.traffic_store import observed_apps
from limen.facts import Auth, BrokeredAccount, Person, Session, SignsIn


async def test_what_was_observed_is_written_down_when_it_ends(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    company = load_company(tmp_path)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        parts, now = limen.enforcement, limen.clock.now()
        asked(parts.doors.traffic, "/pages/7", now=now, of=replace(WIKI, onboarding_until=now + DAY))
        await parts.close()
        rows = limen.database.read(lambda s: s.connection.execute(observed_apps.select()).all())
        assert [row.app for row in rows] == [WIKI.id]


async def test_what_listeners_hold_and_turn_away_is_told_as_figures(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    company = load_company(tmp_path)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        admission = limen.enforcement.admission
        browsers = admission.listener("browsers", connections=1)
        entry = browsers.enter("192.0.2.1", lambda _word: None)
        assert entry is not None
        assert entry.belongs_to("ana")
        assert browsers.enter("192.0.2.2", lambda _word: None) is None
        found = {(one.name, *sorted(one.labels.values())): one.value for one in limen.figures()}
        assert found["limen_connections", "browsers"] == found["limen_connections", "check"] + 1 == 1
        assert found["limen_connections_of_strangers", "browsers"] == 0
        ways = {way: found["limen_upstreams", way] for way in ("encrypted", "this-machine", "plain-text")}
        assert sum(ways.values()) == sum(bool(app.upstream.url) for app in company.apps)
        assert ways["plain-text"] == 0 < ways["this-machine"]
        assert found["limen_connections_refused", "browsers", "too-many-at-once"] == 1
        entry.leave()


async def test_what_a_program_is_signed_in_with_at_a_vendor_lasts_as_long_as_its_token(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    company = load_company(tmp_path)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        parts, known, now = limen.enforcement, limen.known, limen.clock.now()
        known.people.put(Person("p_ana", "Ana", "ana@harbor.example", frozenset(), active=True))
        auth = Auth(2, frozenset(), now, by_token=True)
        token = Session("at_1", "p_ana", auth, now, now + DAY, DAY, app=WIKI.id)
        known.tokens.put(b"h" * 32, token, now)
        account = BrokeredAccount("orders", "One account.", signs_in=SignsIn.BASIC)
        parts.brokered._of(replace(WIKI, account=account), account, token)
        await parts.forget_brokered()
        assert len(parts.brokered) == 1
        known.set_not_before(("person", "p_ana"), now + 1)
        await parts.forget_brokered()
        assert len(parts.brokered) == 0
