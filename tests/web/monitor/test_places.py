"""Places in decisions and on pages: from a file that `monitor.yaml` names to a policy that reads the country."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.mmdb import LISBON, VIENNA, owner, write_mmdb
from tests.web import conftest as web
from tests.web.conftest import Browser, House

from limen.clock import DAY
from limen.identity.store import erasure
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.knowing import Knowing
from limen.monitor.places.familiar import FamiliarPlaces
from limen.policy.decision import Effect

HOME, ABROAD, TOR = "203.0.113.7", "198.51.100.20", "203.0.113.66"
PLACES = """watch: false
places:
  databases: [places/city.mmdb, places/asn.mmdb]
  lists: {tor: {file: places/tor.txt, max_age: 365d}}
"""
POLICIES = """
@id("from-home")
@title("Only from Austria")
forbid (principal, action, resource == App::"wiki") unless { context.place.country == "AT" };

@id("no-hiding")
@title("Without an anonymising service")
forbid (principal, action, resource == App::"wiki") unless { !context.place.anonymiser };
"""


def with_places(folder: Path) -> None:
    (folder / "places").mkdir()
    write_mmdb(folder / "places" / "city.mmdb", {"203.0.113.0/24": VIENNA, "198.51.100.0/24": LISBON})
    write_mmdb(folder / "places" / "asn.mmdb", {"203.0.113.0/24": owner(8447, "A1 Telekom")}, "ASN")
    (folder / "places" / "tor.txt").write_text(f"{TOR}\n")
    (folder / "monitor.yaml").write_text(PLACES)
    (folder / "policies" / "60-places.cedar").write_text(POLICIES)
    (folder / "policies" / "tests.yaml").unlink()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await web.move_in(closing, tmp_path / "harbor", with_places)


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


@pytest.fixture
async def eve(house: House, ada: Browser) -> Browser:
    browser = house.browser()
    await house.member(browser, "Eve", "staff")
    return browser


async def reasons(house: House, browser: Browser, address: str, app: str = "wiki") -> list[str]:
    """The policies that keep this browser's person from an app, from this address."""
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
    host = house.limen.known.apps[app].host.encode()
    answer = house.limen.doors.decide_request("gateway", b"GET", host, b"/", cookie.encode(), address)
    assert answer.decision is not None
    return [] if answer.effect is Effect.PERMIT else sorted(one.policy for one in answer.decision.reasons)


async def test_the_country_and_the_anonymiser_of_an_address_decide(house: House, eve: Browser) -> None:
    there = await house.into(eve, "wiki")
    assert await reasons(house, there, HOME) == []
    assert await reasons(house, there, ABROAD) == ["from-home"]
    assert await reasons(house, there, TOR) == ["no-hiding"]
    assert await reasons(house, there, "192.0.2.1") == ["from-home"]


async def test_the_policies_of_the_baseline_work(tmp_path: Path) -> None:
    """Confidential apps of Harbor, once its countries and anonymisers are enforced as `limen init` writes them."""

    def enforced(folder: Path) -> None:
        with_places(folder)
        (folder / "policies" / "60-places.cedar").unlink()
        file = folder / "policies" / "31-network.cedar"
        first, second, rest = file.read_text().split('@state("off")', 2)
        file.write_text(f'{first}@state("enforce"){second}@state("enforce"){rest}')

    async with AsyncExitStack() as closing:
        house = await web.move_in(closing, tmp_path / "harbor", enforced)
        await house.administrator(house.browser())
        browser = house.browser()
        await house.member(browser, "Eve", "staff", "sales")
        there = await house.into(browser, "wiki")
        assert await reasons(house, there, HOME) == []
        assert await reasons(house, there, ABROAD) == ["countries-we-work-in"]
        assert await reasons(house, there, "192.0.2.1") == ["countries-we-work-in"]
        crm = await house.into(browser, "crm")
        assert "no-anonymisers" not in await reasons(house, crm, HOME, "crm")
        assert "no-anonymisers" in await reasons(house, crm, TOR, "crm")


async def test_a_file_that_changes_counts_from_the_next_look(house: House, eve: Browser) -> None:
    there, folder = await house.into(eve, "wiki"), house.limen.core.root / "places"
    assert await reasons(house, there, ABROAD) == ["from-home"]
    write_mmdb(folder / "new.mmdb", {"198.51.100.0/24": VIENNA})
    (folder / "new.mmdb").replace(folder / "city.mmdb")
    (folder / "tor.txt").unlink()
    await house.limen.core.offers.take(Knowing).look_again()
    assert await reasons(house, there, ABROAD) == ["no-hiding"]  # which nothing tells any more


async def test_a_decision_keeps_the_place_it_was_made_for(house: House, eve: Browser) -> None:
    await reasons(house, await house.into(eve, "wiki"), ABROAD)
    (event, *_) = house.events("decision")
    facts = house.limen.journal.facts_of(event)
    assert facts is not None
    assert (facts.place.country, facts.place.anonymiser) == ("PT", False)


async def test_the_page_of_a_person_says_from_where_they_sign_in(house: House, ada: Browser, eve: Browser) -> None:
    eve_id = house.id_of("eve@harbor.example")
    page = await ada.get(f"/console/people/{eve_id}/places")
    assert page.status_code == 200
    assert all(one in page.text for one in ("Vienna", "A1 Telekom", HOME))
    (seen,) = await house.limen.core.offers.take(FamiliarPlaces).of_person(eve_id)
    assert (seen.country, seen.owner, seen.city) == ("AT", 8447, "Vienna")
    assert f"/console/people/{eve_id}/places" in (await ada.get(f"/console/people/{eve_id}")).text
    assert "New place" in page.text
    house.clock.forward(2 * DAY)
    await ada.sign_in()
    assert "New place" not in (await ada.get(f"/console/people/{eve_id}/places")).text
    assert [event.subject for event in house.events("person.looked_at")][:1] == [eve_id]


async def test_a_decision_says_where_it_came_from(house: House, ada: Browser, eve: Browser) -> None:
    await reasons(house, await house.into(eve, "wiki"), ABROAD)
    (event, *_) = house.events("decision")
    page = await ada.get(f"/console/decisions/{event.id}")
    assert "Lisbon" in page.text


async def test_a_journey_is_announced_for_somebody_and_ended(house: House, ada: Browser, eve: Browser) -> None:
    eve_id, travels = house.id_of("eve@harbor.example"), house.limen.core.offers.take(Travels)
    at = f"/console/people/{eve_id}/places"
    await ada.get(at)
    done = await ada.post(f"{at}/travel", country="pt", place="Lisbon", since="", until="2026-11-27")
    assert done.status_code == 303
    (travel,) = travels.of_person(eve_id)
    assert (travel.country, travel.place, travel.since <= house.clock.now()) == ("PT", "Lisbon", True)
    assert travel.until - house.clock.now() in range(3 * DAY, 4 * DAY)
    assert travel.id in (await ada.get(at)).text
    assert (await ada.post(f"{at}/travel/{travel.id}/end")).status_code == 303
    assert travels.of_person(eve_id) == []
    assert [(one.kind, one.subject) for one in house.events("travel.ended") + house.events("travel.announced")] == [
        ("travel.ended", eve_id),
        ("travel.announced", eve_id),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"country": "Portugal"},
        {"country": "P1"},
        {"until": "2026-11-20"},
        {"until": "2027-11-20"},
        {"until": "soon"},
        {"until": ""},
        {"since": "2027-10-20", "until": "2027-10-21"},
        {"place": "x" * 81},
        {"place": "Lis\x1bbon"},
    ],
)
async def test_a_journey_that_makes_no_sense_is_refused(
    house: House, ada: Browser, eve: Browser, sent: dict[str, str]
) -> None:
    at = f"/console/people/{house.id_of('eve@harbor.example')}/places"
    await ada.get(at)
    answer = await ada.post(
        f"{at}/travel", **{"country": "PT", "place": "", "since": "", "until": "2026-11-27", **sent}
    )
    assert answer.status_code in {200, 400}
    assert house.limen.core.offers.take(Travels).all == ()


async def test_what_is_known_of_somebodys_places_goes_with_them(house: House, ada: Browser, eve: Browser) -> None:
    eve_id = house.id_of("eve@harbor.example")
    await house.limen.core.offers.take(FamiliarPlaces).write()
    await ada.get(f"/console/people/{eve_id}/places")
    await ada.post(f"/console/people/{eve_id}/places/travel", country="PT", place="", since="", until="2026-11-27")
    database = house.limen.database
    rows = database.read(lambda snapshot: erasure.rows_of(snapshot.connection, eve_id))
    assert (rows["familiar_places"], rows["expected_travels"]) == (1, 1)
