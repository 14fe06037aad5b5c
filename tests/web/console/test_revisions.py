from __future__ import annotations

import re

import pytest
from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun, published

from limen.web.console import revisions


async def test_yesterdays_change_is_undone(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = console.house.limen.in_force.engine
    change = await begun(console, "/console/policies/administrators-use-passkeys/state", state="off")
    await published(console, change, "The fair is on")
    assert console.house.limen.in_force.engine.states["administrators-use-passkeys"] == "off"
    page = (await console.ada.get("/console/revisions")).text
    assert page.index("The fair is on") < page.index("the folder that Limen was first started with")
    undone = await begun(console, f"/console/revisions/{engine.revision}/revert")
    page = (await console.ada.get(undone)).text
    assert "policy administrators-use-passkeys changed: from off to enforce" in page
    await published(console, undone, "The fair is over")
    assert console.house.limen.in_force.engine.revision == engine.revision
    assert "The fair is over" in (await console.ada.get("/console/revisions")).text
    monkeypatch.setattr(revisions, "MOST", 1)
    newest = (await console.ada.get("/console/revisions")).text
    assert "The fair is on" not in newest
    older = (await console.ada.get(re.search(r'rel="next" href="([^"]+)"', newest)[1])).text  # type: ignore[index]
    assert "The fair is on" in older
    assert "In force" not in older


async def test_what_is_in_force_already_changes_nothing(console: Console) -> None:
    now = console.house.limen.in_force.engine.revision
    assert await begun(console, f"/console/revisions/{now}/revert") == "/console/revisions?done=same"
    assert "so nothing would change" in (await console.ada.get("/console/revisions?done=same")).text


async def test_there_is_no_way_back_to_what_never_was(console: Console) -> None:
    await console.ada.get("/console/policies/sign-in")
    answer = await console.ada.post("/console/revisions/0000/revert")
    assert answer.status_code == 400
    assert "there is no revision" in answer.text
