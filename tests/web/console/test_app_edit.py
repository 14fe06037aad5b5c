"""An app is changed and removed in the console, what depends on it is named, and a revert brings it back."""

import html
import re

from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun, published


def entry(page: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])  # type: ignore[index]


async def test_an_app_is_changed_where_its_entry_stands(console: Console) -> None:
    page = (await console.ada.get("/console/apps/wiki/edit")).text
    text = entry(page)
    assert text.startswith("- id: wiki")
    change = await begun(console, "/console/apps/wiki/edit", text=text.replace("name: Wiki", "name: Knowledge"))
    assert "Knowledge" in (await console.ada.get(change)).text
    await published(console, change)
    assert console.house.limen.known.apps["wiki"].name == "Knowledge"


async def test_what_is_wrong_with_an_entry_is_said_and_kept(console: Console) -> None:
    text = entry((await console.ada.get("/console/apps/wiki/edit")).text)
    refused = await console.ada.post("/console/apps/wiki/edit", text=text.replace("label: internal", "label: secret"))
    assert refused.status_code == 400
    assert "label: secret" in entry(refused.text)


async def test_an_app_is_removed_with_what_speaks_of_it_alone_and_comes_back_by_revert(console: Console) -> None:
    page = (await console.ada.get("/console/apps/warehouse/edit")).text
    assert "warehouse-hall-screens" in page
    change = await begun(console, "/console/apps/warehouse/remove")
    shown = (await console.ada.get(change)).text
    assert "policy warehouse-hall-screens removed" in html.unescape(shown)
    before = console.house.limen.in_force.company.revision  # type: ignore[union-attr]
    await published(console, change)
    assert "warehouse" not in console.house.limen.known.apps
    back = await begun(console, f"/console/revisions/{before}/revert")
    await published(console, back)
    assert "warehouse" in console.house.limen.known.apps


async def test_limen_itself_and_what_is_not_there_are_no_apps_to_change(console: Console) -> None:
    for app in ("limen", "nothing"):
        assert (await console.ada.get(f"/console/apps/{app}/edit")).status_code == 404
        await console.ada.get("/console/apps/wiki/edit")
        assert (await console.ada.post(f"/console/apps/{app}/remove")).status_code == 404
