"""The settings page: each key with its sentence and its value, what a change needs, and no secret."""

from __future__ import annotations

from tests.web.console.conftest import Console

from limen.settings import Database, Settings
from limen.web.console.settings import APPLY, BOTH, RESTART, ZONE, sections_of

HARBOR = Settings(name="Harbor", domain="harbor.example", groups={"staff": "Everybody"})


def test_every_setting_and_every_section_has_a_sentence() -> None:
    sections = sections_of(HARBOR)
    assert len(sections) > 5
    for section in sections:
        assert section.sentence.endswith("."), section.name
        assert section.settings, section.name
        for one in section.settings:
            assert len(one.sentence) > 10, f"{section.name}.{one.key}"
            assert one.sentence[-1] in ".;", f"{section.name}.{one.key}"


def test_each_key_says_what_makes_a_change_count() -> None:
    when = {(section.name, one.key): one.when for section in sections_of(HARBOR) for one in section.settings}
    assert when["", "groups"] == APPLY
    assert when["", "time_zone"] == ZONE
    assert when["sessions", "idle_hours"] == when["", "name"] == BOTH
    assert when["listen", "address"] == when["mail", "from"] == RESTART


def test_what_was_published_and_waits_for_a_restart_is_told_apart() -> None:
    published = HARBOR.model_copy(update={"name": "Haven", "groups": {"crew": "All"}})
    company = {one.key: one for one in sections_of(HARBOR, published)[0].settings}
    assert (company["name"].values, company["name"].pending) == (("Harbor",), ("Haven",))
    assert (company["groups"].values, company["groups"].pending) == (("crew: All",), ())
    assert not company["url"].is_said


def test_a_databases_password_is_not_shown() -> None:
    said = sections_of(HARBOR.model_copy(update={"database": Database(url="x://limen:hunter2@db/limen")}))
    assert "hunter2" not in str(said)
    assert "x://…@db/limen" in str(said)


async def test_the_page_shows_them_to_those_who_may_read(console: Console) -> None:
    page = (await console.ada.get("/console/settings")).text
    assert "harbor.localhost" in page
    assert "veryone has to sign in again" in page
    tom = console.house.browser()
    await console.house.member(tom, "Tom", "helpdesk")
    assert (await tom.get("/console/settings")).headers["location"].startswith("/not-yet")
