"""A stranger can make no page view a write to the database, and fills no table with what they make up."""

from __future__ import annotations

from sqlalchemy import event
from tests.web import conftest as web
from tests.web.conftest import Browser, House

house, browser = web.house, web.browser

MADE_UP = "x" * 43


async def test_nothing_that_a_stranger_looks_at_or_makes_up_is_kept(house: House, browser: Browser) -> None:
    kept = house.limen.database.kept_briefly
    kept.do_here(lambda rows: rows.now)  # from now on it is open
    said: list[str] = []
    event.listen(kept._engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    app = house.browser(f"https://{house.limen.known.apps['handbook'].host}")
    for _ in range(5):
        for path in ("/", "/sign-in", "/enrol", "/open?app=handbook", f"/go-on?form={MADE_UP}"):
            await browser.get(path)
        await browser.send("/sign-in/options")
        for path in ("/", "/.limen/start?to=/"):
            await app.get(path)
    assert said == []
    app.client.cookies.set("__Host-limen-start", "b" * 43)
    refused = await app.get(f"/.limen/callback?code={MADE_UP}")
    assert refused.status_code == 400
    assert said
    assert [one for one in said if not one.lstrip().startswith(("SELECT", "BEGIN"))] == []
