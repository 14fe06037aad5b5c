"""Lies about where somebody is, and about what is usual: told by files, by addresses, by logs and by people."""

from __future__ import annotations

import random
import tracemalloc
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.mmdb import VIENNA, owner, write_mmdb
from tests.monitor.detections.travel.test_travel import BRAZIL, HOME as AT_HOME, feed, places as travel_places, sign_in
from tests.web.conftest import Browser, House
from tests.web.monitor.test_places import ABROAD, HOME, TOR, ada, eve, house, reasons

from limen.clock import HOUR, MINUTE
from limen.demo.harbor import copy_to
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.detections.travel.travel import TravelDetector, TravelKnown
from limen.monitor.detections.usual.usual import UsualDetector, UsualKnown
from limen.monitor.knowing import Knowing
from limen.monitor.places.places import KEPT, Places

__all__ = ["ada", "eve", "house", "travel_places"]
UNTIL = {"country": "BR", "place": "", "since": "", "until": "2026-11-27"}


async def look_again(house: House) -> None:
    await house.limen.core.offers.take(Knowing).look_again()


# Files


async def test_a_list_that_names_everybody_shuts_nobody_out(house: House, eve: Browser) -> None:
    there = await house.into(eve, "wiki")
    (house.limen.core.root / "places" / "tor.txt").write_text(f"0.0.0.0/0\n::/0\n0.0.0.0/1\n128.0.0.0/1\n{TOR}\n")
    await look_again(house)
    assert await reasons(house, there, HOME) == []
    assert await reasons(house, there, TOR) == ["no-hiding"]


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"<html>503</html>\n", b"\x00" * 1_000])
async def test_a_list_whose_update_failed_clears_nobody(house: House, eve: Browser, content: bytes) -> None:
    there = await house.into(eve, "wiki")
    (house.limen.core.root / "places" / "tor.txt").write_bytes(content)
    await look_again(house)
    assert await reasons(house, there, TOR) == ["no-hiding"]
    assert await reasons(house, there, HOME) == ["no-hiding"]


async def test_a_database_that_is_cut_short_while_it_is_used_ends_nothing(house: House, eve: Browser) -> None:
    there, file = await house.into(eve, "wiki"), house.limen.core.root / "places" / "city.mmdb"
    with file.open("r+b") as opened:
        opened.truncate(100)
    assert await reasons(house, there, HOME) == []
    assert await reasons(house, there, ABROAD) == ["from-home"]  # looked up now, in what is mapped
    await look_again(house)
    assert await reasons(house, there, HOME) == ["from-home"]


def test_a_secret_that_is_named_as_a_list_stays_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    (tmp_path / "secret").write_text("hidden-in-a-file\n203.0.113.7\n")
    lists = "  lists: {a: {file: secret, max_age: 365d}}\n"
    (tmp_path / "monitor.yaml").write_text(f"places:\n  databases: [secret, /proc/self/environ, /dev/zero]\n{lists}")
    for words in (("place", "203.0.113.7", str(tmp_path)), ("doctor", str(tmp_path)), ("check", str(tmp_path))):
        leave(*words)
    said = capsys.readouterr()
    assert "hidden-in-a-file" not in said.out + said.err
    assert "PATH=" not in said.out + said.err


async def test_what_a_database_calls_a_city_is_no_markup(house: House, ada: Browser, eve: Browser) -> None:
    folder = house.limen.core.root / "places"
    evil = {**VIENNA, **owner(1, "<script>alert(1)</script>"), "city": "<img src=x onerror=alert(1)>"}
    write_mmdb(folder / "new.mmdb", {"203.0.113.0/24": evil})
    (folder / "new.mmdb").replace(folder / "city.mmdb")
    (folder / "asn.mmdb").unlink()
    await look_again(house)
    await reasons(house, await house.into(eve, "wiki"), HOME)
    (event, *_) = house.events("decision")
    for path in (f"/console/people/{house.id_of('eve@harbor.example')}/places", f"/console/decisions/{event.id}"):
        page = await ada.get(path)
        assert "&lt;script&gt;" in page.text
        assert not any(one in page.text for one in ("<script>alert", "<img src=x"))


# Addresses


def test_addresses_without_end_take_no_memory_without_end(tmp_path: Path) -> None:
    places, dice = Places(tmp_path), random.Random(7)
    tracemalloc.start()
    for _ in range(3 * KEPT):
        places.place(str(IPv6Address(dice.getrandbits(128))), "")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40_000_000


# People


async def test_nobody_announces_a_journey_of_their_own(house: House, ada: Browser) -> None:
    """A stolen session of an administrator would have Limen look away from itself."""
    at = f"/console/people/{house.id_of('ada@harbor.example')}/places"
    await ada.get(at)
    await ada.post(f"{at}/travel", **UNTIL)
    assert house.limen.core.offers.take(Travels).all == ()


async def test_who_helps_people_announces_none_for_who_has_a_role(house: House, ada: Browser, eve: Browser) -> None:
    helper, travels = house.browser(), house.limen.core.offers.take(Travels)
    await house.member(helper, "Hedda", "helpdesk")
    for who, is_taken in (("ada@harbor.example", False), ("eve@harbor.example", True)):
        at = f"/console/people/{house.id_of(who)}/places"
        page = await helper.get(at)
        assert 'id="now"' in page.text
        assert 'id="familiar"' not in page.text
        await helper.post(f"{at}/travel", **UNTIL)
        assert bool(travels.of_person(house.id_of(who))) is is_taken


async def test_an_employee_announces_nothing_and_reads_no_places(house: House, eve: Browser) -> None:
    at = f"/console/people/{house.id_of('ada@harbor.example')}/places"
    await eve.get("/")
    for answer in (await eve.get(at), await eve.post(f"{at}/travel", **UNTIL)):
        assert answer.status_code in {303, 403}
    assert house.limen.core.offers.take(Travels).all == ()


# Logs


@pytest.fixture
def detector(travel_places: Places) -> TravelDetector:
    found = TravelDetector(travel_places)
    found.known = TravelKnown(healthy=frozenset({"d_1"}), sessions={"s_1": "d_1"})
    return found


@pytest.fixture(name="travel_places")
def _travel_places(tmp_path: Path) -> Places:
    return travel_places.__wrapped__(tmp_path)  # type: ignore[attr-defined,no-any-return]


FORGED: dict[str, dict[str, Any]] = {
    "a browser that is called like a healthy device": {"user_agent": "d_1"},
    "a machine that is called like a healthy device": {"device_id": "d_1"},
    "a session that is somebody's": {"session": "s_1"},
    "a country of its own choice": {"src_country": "AT"},
    "a network of its own choice": {"src_network": "office"},
    "a strength of its own choice": {"fields": {"strength": 3}},
}


@pytest.mark.parametrize("lie", FORGED)
def test_what_a_sender_writes_explains_no_journey(detector: TravelDetector, lie: str) -> None:
    assert len(feed(detector, sign_in(AT_HOME, 0, **FORGED[lie]), sign_in(BRAZIL, HOUR, **FORGED[lie]))) == 1


def test_a_flood_of_arrivals_hides_no_journey(detector: TravelDetector) -> None:
    """Sign-ins at home in between push the one abroad out of no chain."""
    events = [sign_in(AT_HOME, minute * MINUTE) for minute in range(60)]
    (hit,) = feed(detector, *events[:30], sign_in(BRAZIL, 29 * MINUTE + 1), *events[30:])
    assert hit.person_id == "p_eve"


def test_failures_of_others_make_nobody_forgotten_soon(detector: TravelDetector) -> None:
    feed(detector, sign_in(AT_HOME, 0))
    feed(detector, *(sign_in(AT_HOME, number, f"p_{number}", status_id=2) for number in range(5_000)))
    assert len(feed(detector, sign_in(BRAZIL, HOUR))) == 1


def test_a_slow_thief_stays_below_no_limit_that_moves_with_them(tmp_path: Path) -> None:
    """Who takes a little more each day makes it usual within weeks; who takes it all at once is seen."""
    detector = UsualDetector(Places(tmp_path))
    detector.know(UsualKnown({"p_eve": ()}))
    found = []
    for day in range(28):
        for number in range(8 + (200 if day == 20 else 0)):
            found += detector.feed(sign_in("", day * 24 * HOUR + number, operation="download", class_uid=6003))
    assert [hit.level.value for hit in found] == ["low", "medium", "high"]
