from __future__ import annotations

from dataclasses import replace

import pytest

from limen.events import Event, Family, Filter, Kind, KindError, Owner, Topic

TOPIC = Topic(Family("Devices"), Owner.PERSON, "Your devices", "A device of yours", (Filter("devices", "Devices"),))
RUNNING = Topic(Family("Running"), Owner.LIMEN)
KIND = Kind("device.enrolled", "A device was enrolled", TOPIC, 3001, 1)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": "Device Enrolled"}, "has no name"),
        ({"title": ""}, "has no title"),
        ({"title": "A device was enrolled."}, "has no title"),
        ({"topic": replace(TOPIC, family=Family(""))}, "is in no family"),
        ({"topic": replace(TOPIC, owner="")}, "whose record"),
        ({"topic": replace(TOPIC, plural="")}, "has no words"),
        ({"class_uid": 0}, "no class of OCSF"),
        ({"activity_id": 100}, "no class of OCSF"),
        ({"shown": ("device_id",)}, "shows an id"),
        ({"told": {"passkey": "A passkey was added"}}, "no detail's value"),
        ({"topic": replace(TOPIC, owner=Owner.LIMEN)}, "Limen's running"),
        ({"topic": RUNNING, "told": {"": "Limen started"}}, "Limen's running"),
        ({"topic": RUNNING, "app_filters": (Filter("running", "Running"),)}, "Limen's running"),
    ],
)
def test_what_is_declared_in_part_is_refused_by_name(change: dict[str, object], wrong: str) -> None:
    with pytest.raises(KindError, match=wrong) as refused:
        replace(KIND, **change)  # type: ignore[arg-type]
    assert str(change.get("name", KIND.name)) in refused.value.what


def test_what_somebody_is_told_depends_on_a_detail_or_on_none() -> None:
    lost = replace(KIND, told={"why=lost": "You lost a device", "": "A device went"})
    assert lost.told_of(Event(at=1, kind=lost.name, details={"count": 1, "why": "lost"})) == "You lost a device"
    assert lost.told_of(Event(at=1, kind=lost.name, details={"why": "sold"})) == "A device went"
    assert KIND.told_of(Event(at=1, kind=KIND.name)) == ""
    assert lost.messages == (
        *("Devices", "Your devices", "A device of yours"),
        *("You lost a device", "A device went"),
    )
