"""The process that watches knows what the server says of places and people, and nothing more."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.mmdb import LISBON, SAO_PAULO, TUESDAY, VIENNA, write_mmdb
from tests.monitor.detections.travel.test_travel import sign_in

from limen.clock import HOUR
from limen.monitor.detections.travel.expected import ExpectedTravel
from limen.monitor.detections.travel.travel import TravelKnown
from limen.monitor.detections.usual.usual import UsualKnown
from limen.monitor.normal_form import reading
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, SENT_BY, Frame
from limen.monitor.normal_form.identities import Identities
from limen.monitor.places.rules import PlaceRules
from limen.monitor.surroundings import PEOPLE, PeopleGiven, Surroundings
from limen.monitor.understanding import NAMES, PLACES, PlacesGiven

HOME, ABROAD = "203.0.113.7", "198.51.100.130"
FRAME = Frame(source="fw", kind="json", received_at=1, data=b"")


def read(_frame: Frame) -> list[NormalEvent]:
    return [NormalEvent(uid="e", at=1, received_at=1, source="fw", src_ip=HOME)]


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA, "198.51.100.128/25": SAO_PAULO})
    found = Surroundings(read)
    assert found.take(PLACES, places(tmp_path))
    return found


def places(root: Path, at: int = TUESDAY) -> bytes:
    given = PlacesGiven(
        rules=PlaceRules(("city.mmdb",)), root=str(root), room=str(root), networks=(("shop", "203.0.113.0/28"),), at=at
    )
    return msgspec.msgpack.encode(given)


def people(*ids: str, travels: tuple[ExpectedTravel, ...] = ()) -> bytes:
    return msgspec.msgpack.encode(PeopleGiven(travel=TravelKnown(travels), usual=UsualKnown(dict.fromkeys(ids, ()))))


def test_events_get_their_places(around: Surroundings) -> None:
    (event,) = around.understand(FRAME)
    assert (event.src_country, event.src_network) == ("AT", "shop")


def test_files_are_read_anew_when_the_server_says_so(around: Surroundings, tmp_path: Path) -> None:
    write_mmdb(tmp_path / "new.mmdb", {"203.0.113.0/24": LISBON})
    (tmp_path / "new.mmdb").replace(tmp_path / "city.mmdb")
    around.take(PLACES, places(tmp_path, TUESDAY + 1))
    assert around.understand(FRAME)[0].src_country == "PT"


def test_a_journey_that_is_announced_counts_at_once(around: Surroundings) -> None:
    travel = around.detectors["travel"]
    around.take(PEOPLE, people("p_eve", "p_ada", travels=(ExpectedTravel("t", "p_eve", "BR", 0, TUESDAY * 2),)))
    found = {
        who: [travel.feed(sign_in(at, when, who)) for at, when in ((HOME, 0), (ABROAD, HOUR))]
        for who in ("p_eve", "p_ada")
    }
    assert [len(hits[1]) for hits in found.values()] == [0, 1]


def test_whoever_is_no_more_is_forgotten(around: Surroundings) -> None:
    of_people = [around.detectors[name] for name in ("travel", "usual")]
    for detector in of_people:
        detector.feed(sign_in(HOME, 0))
        detector.feed(sign_in(HOME, 0, "p_ada"))
    around.take(PEOPLE, people("p_ada"))
    for detector in of_people:
        detector.feed(sign_in(HOME, 1))  # of what was on its way
        assert (b"p_eve" in detector.snapshot(), b"p_ada" in detector.snapshot()) == (False, True)


def test_whoever_is_new_is_remembered_before_the_server_tells_of_them(around: Surroundings) -> None:
    around.take(PEOPLE, people())
    travel = around.detectors["travel"]
    travel.feed(sign_in(HOME, 0))
    around.take(PEOPLE, people("p_eve"))
    assert len(travel.feed(sign_in(ABROAD, HOUR))) == 1


def test_what_is_of_no_concern_is_left_to_others(around: Surroundings) -> None:
    assert not around.take("rules", b"anything")


@pytest.mark.parametrize("kind", [PLACES, PEOPLE])
def test_what_can_not_be_read_changes_nothing(around: Surroundings, kind: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        around.take(kind, b"\xc1")
    assert around.understand(FRAME)[0].src_country == "AT"


def test_events_get_the_ids_of_those_they_name() -> None:
    known = Identities.of([("p_ada", ["ada"])], [("d_wren", ["wren"])])
    frames = {
        LIMEN: NormalEvent(uid="1", at=1, received_at=1, source=LIMEN, device_id="d_wren", src_ip="10.0.0.7"),
        "fw": NormalEvent(uid="2", at=1, received_at=1, source="fw", src_ip="10.0.0.7", user="ada"),
    }
    around = Surroundings(lambda frame: [frames[frame.source]])
    assert around.take(NAMES, msgspec.msgpack.encode(known))
    around.understand(Frame(source=LIMEN, kind=LIMEN, received_at=1, data=b""))
    (event,) = around.understand(FRAME)
    assert (event.person_id, event.device_id) == ("p_ada", "d_wren")


def test_a_sender_cannot_say_which_device_was_where() -> None:
    forged = NormalEvent(uid="1", at=TUESDAY, received_at=TUESDAY, source="fw", device_id="d_boss", src_ip="10.0.0.7")
    plain = NormalEvent(uid="2", at=TUESDAY, received_at=TUESDAY, source="fw", src_ip="10.0.0.7")
    events = iter([forged, plain])
    around = Surroundings(lambda _frame: [next(events)])
    around.understand(FRAME)
    assert around.understand(FRAME)[0].device_id == ""


def test_which_device_sent_it_is_written_down_and_stays_when_it_is_read_anew() -> None:
    around = Surroundings(reading.read)
    sent = Frame(source="laptops", kind="json", received_at=1, data=b'{"limen.sent_by": "d_other"}', device_id="d_1")
    (event,) = around.understand(sent)
    assert (event.device_id, event.fields[SENT_BY]) == ("d_1", "d_1")
    assert reading.again(msgspec.structs.replace(event, mapper="json/0")).fields[SENT_BY] == "d_1"
    (forged,) = around.understand(msgspec.structs.replace(sent, device_id=""))
    assert SENT_BY not in forged.fields
