from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from tests.web.conftest import House

from limen.operations.figures import Figures
from limen.operations.health import Watched
from limen.storage import change_feed


def read(figures: Figures) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(figures.text().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


async def test_prometheus_own_parser_reads_what_was_decided(house: House, watched: Watched) -> None:
    browser = house.browser()
    await house.administrator(browser)
    await browser.get("/")
    house.limen.journal.flush()
    house.limen.journal.strangers.totals["request.refused"] += 3
    found = read(Figures(watched))
    assert found["limen_decisions_total", (("door", "sign-in"), ("effect", "permit"))] >= 2
    assert found["limen_events_total", (("kind", "sign_in.succeeded"),)] == 1
    assert found["limen_strangers_left_out_total", (("of", "request.refused"),)] == 3
    assert found["limen_ready", ()] == found["limen_journal_writable", ()] == 1
    assert found["limen_people", ()] == 1
    assert found["limen_disk_free_bytes", ()] > 0
    assert 0 < found["limen_lease_seconds", ()] <= change_feed.LEASE_SECONDS


async def test_nobody_is_named(house: House, watched: Watched) -> None:
    await house.administrator(house.browser())
    house.limen.journal.flush()
    text = Figures(watched).text().decode()
    assert "ada" not in text.lower().replace("metadata", "")
    assert "203.0.113" not in text
    assert house.id_of("ada@harbor.example") not in text
