"""Whoever is told the news understands the same: names, places, and which device had an address."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.mmdb import TUESDAY, VIENNA, write_mmdb

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.identities import Identities
from limen.monitor.places.rules import PlaceRules
from limen.monitor.understanding import NAMES, PLACES, PlacesGiven, Understanding

OURS = Frame(source=LIMEN, kind=LIMEN, received_at=1, data=b"")
THEIRS = Frame(source="fw", kind="json", received_at=1, data=b"")


def read(frame: Frame) -> list[NormalEvent]:
    device = "d_wren" if frame.source == LIMEN else ""
    return [
        NormalEvent(uid="e", at=1, received_at=1, source=frame.source, src_ip="10.0.0.7", device_id=device, user="ada")
    ]


def names(person: str) -> bytes:
    return msgspec.msgpack.encode(Identities.of([(person, ["ada"])]))


def told(other: Understanding, one: Understanding, heard: dict[str, int]) -> list[str]:
    news = list(one.news(heard))
    for kind, value in news:
        assert other.take(kind, value)
    return [kind for kind, _ in news]


def test_only_what_is_new_is_told_and_what_is_told_makes_both_the_same(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"10.0.0.0/24": VIENNA})
    one, other, heard = Understanding(read), Understanding(read), dict[str, int]()
    assert told(other, one, heard) == []
    given = PlacesGiven(rules=PlaceRules(("city.mmdb",)), root=str(tmp_path), room=str(tmp_path), at=TUESDAY)
    one.take(PLACES, msgspec.msgpack.encode(given))
    one.take(NAMES, names("p_1"))
    assert sorted(told(other, one, heard)) == [NAMES, PLACES]
    one.take(NAMES, names("p_2"))
    list(one.events(OURS))
    assert len(told(other, one, heard)) == 2
    assert told(other, one, heard) == []
    (event,) = other.events(THEIRS)
    assert (event.person_id, event.src_country, event.device_id) == ("p_2", "AT", "d_wren")
    assert [event] == list(one.events(THEIRS))


def test_whoever_comes_later_is_told_everything() -> None:
    one, later = Understanding(read), Understanding(read)
    one.take(NAMES, names("p_1"))
    list(one.events(OURS))
    assert len(told(later, one, {})) == 2
    assert list(later.events(THEIRS)) == list(one.events(THEIRS))


@pytest.mark.parametrize("kind", [NAMES, PLACES])
def test_what_can_not_be_read_is_told_nobody(kind: str) -> None:
    one = Understanding(read)
    with pytest.raises(msgspec.MsgspecError):
        one.take(kind, b"\xc1")
    assert not list(one.news({}))
    assert not one.take("rules", b"")
