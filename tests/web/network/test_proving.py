"""Proofs away from the pages: waited for, kept for the revision, tried again after an error, and bounded in number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.network.networks import flow, harbor, way
from tests.web.conftest import Browser, House
from tests.web.network.conftest import Put, settled

from limen.web.network import proving

AT = "/console/network"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Proofs wait for it, and pages for no more than a moment."""
    event, ready = threading.Event(), proving.proved
    monkeypatch.setattr(proving, "PATIENCE_SECONDS", 0.05)

    def wait(*given: object) -> object:
        event.wait(60)
        return ready(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(proving, "proved", wait)
    yield event
    event.set()


async def test_a_page_says_that_it_is_worked_out_and_looks_again(ada: Browser, gate: threading.Event) -> None:
    for path in ("", "/matrix", "/flows", "/never", "/blast?from=office"):
        page = await ada.get(f"{AT}{path}")
        assert page.status_code == 200
        assert page.headers["refresh"] == "1"
    gate.set()
    for _ in range(200):
        page = await ada.get(AT)
        if "refresh" not in page.headers:
            break
    assert "network-graph" in page.text


async def test_others_are_answered_meanwhile(ada: Browser, gate: threading.Event) -> None:
    assert "refresh" in (await ada.get(AT)).headers
    assert "refresh" not in (await ada.get("/console/apps")).headers


async def test_it_is_worked_out_once_for_a_revision(ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    ready = proving.proved
    monkeypatch.setattr(proving, "proved", lambda *given: calls.append(given) or ready(*given))
    for path in ("", "/matrix", "/flows", "/never", "/zones/office", "/blast?from=office", "/blast?from=guests", ""):
        await ada.get(f"{AT}{path}")
    assert len(calls) == 1


async def test_another_network_is_worked_out_anew(house: House, ada: Browser, put: Put) -> None:
    assert "/console/network/zones/warehouse" in (await ada.get(AT)).text
    put(harbor([flow("a", way("office", "files"))]))
    company = house.limen.in_force.company
    assert company is not None
    house.limen.in_force.company = replace(company, revision="f" * 32)
    page = (await ada.get(AT)).text
    assert "/console/network/zones/warehouse" not in page
    assert "/console/network/zones/office" in page


async def test_what_failed_is_tried_again(ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    ready, calls = proving.proved, []

    def once(*given: object) -> object:
        calls.append(given)
        if len(calls) == 1:
            raise MemoryError
        return ready(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(proving, "proved", once)
    with pytest.raises(MemoryError):
        await ada.get(AT)
    assert (await ada.get(AT)).status_code == 200


async def test_whoever_clicks_through_all_hosts_does_not_line_them_all_up(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(ada, f"{AT}/blast")
    event, ready = threading.Event(), proving.best_change
    monkeypatch.setattr(proving, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(proving, "best_change", lambda *given: event.wait(60) and ready(*given))
    places = ["office", "guests", "servers", "backup", "vault", "files"]
    answers = [(await ada.get(f"{AT}/blast?from={one}")).status_code for one in places]
    event.set()
    assert answers == [200] * proving.MOST_WAITING + [400] * (len(places) - proving.MOST_WAITING)
