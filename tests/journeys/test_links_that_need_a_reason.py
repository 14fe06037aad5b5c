"""A link that needs a reason, in a real browser: its maker says why it may be shared."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading

from limen.clock import DAY, SystemClock
from limen.data.inventory.model import Audience
from limen.data.links import kept_links
from limen.data.links.model import KeptLink, LinkState


def test_its_maker_says_why_it_may_be_shared(harbor: Any, browse: Any) -> None:
    vito = browse()
    harbor.arrive(vito, "Vito Marsh", "staff")
    now = SystemClock().now()
    link = KeptLink("dl_vito", "team", "d/A", "a", "p", "d/A", "<i>Offer for a partner.docx", "1", Audience.OUTSIDE)
    kept = {"domains": ("partner.example",), "event": "e-vito", "digest": b"d" * 16, "state": LinkState.WAITS}
    times = {"made_at": now, "due_at": now + DAY, "person_id": harbor.people["Vito Marsh"]}
    link = type(link)(**{name: getattr(link, name) for name in link.__slots__} | kept | times)
    harbor.run(harbor.limen.core.database.writing(lambda t: kept_links.keep(t.connection, link)))
    vito.page.goto(f"{harbor.origin}/data")
    expect(vito.page.get_by_text("<i>Offer for a partner.docx")).to_be_visible()
    vito.clean_both_ways()
    vito.page.get_by_label("Why may it be shared?").fill("They asked for our offer")
    vito.page.get_by_role("button", name="It may be shared").click()
    expect(vito.page.get_by_role("status")).to_be_visible()
    expect(heading(vito)).to_have_text("My data actions")
    expect(vito.page.get_by_label("Why may it be shared?")).to_have_count(0)
    vito.clean()
