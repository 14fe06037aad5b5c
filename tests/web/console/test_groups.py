"""Groups are made, renamed and removed in the console; while people are in one, or an app is its, it stays."""

from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun, published


async def test_a_group_is_made_renamed_and_removed(console: Console) -> None:
    await console.ada.get("/console/groups")
    await published(console, await begun(console, "/console/groups", id="cleaning", title="Cleaning"))
    assert console.house.limen.known.groups["cleaning"].title == "Cleaning"
    await console.ada.get("/console/groups")
    await published(console, await begun(console, "/console/groups", id="cleaning", title="Facilities", do="rename"))
    assert console.house.limen.known.groups["cleaning"].title == "Facilities"
    await console.ada.get("/console/groups")
    await published(console, await begun(console, "/console/groups/remove", id="cleaning"))
    assert "cleaning" not in console.house.limen.known.groups


async def test_what_stands_in_the_way_is_named(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "management")
    for fields, said in (
        ({"id": "management"}, "Eve"),
        ({"id": "staff"}, "in it"),
        ({"id": "warehouse"}, "owner of warehouse"),
        ({"id": "nothing"}, "there is no group"),
    ):
        await console.ada.get("/console/groups")
        refused = await console.ada.post("/console/groups/remove", **fields)
        assert refused.status_code == 400
        assert said in refused.text
    await console.ada.get("/console/groups")
    assert (await console.ada.post("/console/groups", id="staff", title="Again")).status_code == 400
    await console.ada.get("/console/groups")
    assert (await console.ada.post("/console/groups", id="A b", title="Again")).status_code == 400
