"""Searches that are kept for everybody: under a name that can be read, not without end, and said in the journal."""

from __future__ import annotations

import pytest
from tests.devices.laptops import harbor
from tests.web.conftest import House

from limen.errors import LimenError
from limen.monitor.search import saving
from limen.monitor.search.saved_store import SavedSearch
from limen.monitor.search.saving import SavedSearches

__all__ = ["harbor"]


async def test_who_saves_and_removes_a_search_is_journaled(harbor: House) -> None:
    saved = harbor.limen.core.offers.take(SavedSearches)
    await saved.keep(SavedSearch("Failed sign-ins", "kind:sign_in.failed", "24h"), "p_ada")
    assert [one.text for one in await saved.every()] == ["kind:sign_in.failed"]
    await saved.remove("Failed sign-ins", "p_ada")
    said = [event for kind in ("search.saved", "search.removed") for event in harbor.events(kind)]
    assert [(event.actor, event.details["name"]) for event in said] == [("p_ada", "Failed sign-ins")] * 2
    with pytest.raises(LimenError):
        await saved.remove("Failed sign-ins", "p_ada")


@pytest.mark.parametrize("name", ["", "a" * 81, "a\x1b[2J", "a\nb"])
async def test_a_name_that_cannot_be_read_is_refused(harbor: House, name: str) -> None:
    saved = harbor.limen.core.offers.take(SavedSearches)
    with pytest.raises(LimenError):
        await saved.keep(SavedSearch(name, "a", "1h"), "p_ada")


async def test_there_are_so_many_and_no_more(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST", 1)
    saved = harbor.limen.core.offers.take(SavedSearches)
    await saved.keep(SavedSearch("a", "a", "1h"), "p_ada")
    with pytest.raises(LimenError):
        await saved.keep(SavedSearch("b", "a", "1h"), "p_ada")
