from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from limen.clock import HOUR, MINUTE
from limen.events import DecisionRecord, Event, to_ocsf
from limen.events.ids import first_id_at
from limen.storage.journal import Reader, search as module
from limen.storage.journal.seal import seal
from limen.storage.journal.search import EventPage, EventQuery, search
from limen.storage.journal.segment import Segment
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.name import Name

BEGUN = 1_800_000_000_000
PEOPLE, APPS = ("p_eve", "p_tom", "p_noa"), ("wiki", "payroll")


def event(at: int, chance: random.Random) -> Event:
    event_id = f"{int(first_id_at(at), 16) + chance.getrandbits(40):024x}"
    who, app = chance.choice(PEOPLE), chance.choice(APPS)
    match chance.randrange(4):
        case 0:
            return Event(id=event_id, at=at, kind="sign_in.succeeded", actor=who)
        case 1:
            return Event(id=event_id, at=at, kind="person.changed", actor=chance.choice(PEOPLE), subject=who)
        case 2:
            return Event(id=event_id, at=at, kind="session.app_opened", actor=who, details={"app": app})
    effect = chance.choice(["permit", "deny", "challenge"])
    record = DecisionRecord(
        effect=effect, reasons=("staff-reads",), revision="r", facts="f", now=at, app=app, action="view", door="check"
    )
    return Event(id=event_id, at=at, kind="decision", actor=who, decision=record)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reader, list[Event]]:
    """Two writers, three hours of each; what is older is sealed. Newest first."""
    root, chance = tmp_path_factory.mktemp("journal"), random.Random(4)
    everything: list[Event] = []
    for writer in ("one", "two"):
        folder = root / writer
        folder.mkdir()
        link = start_of(writer)
        for hour in range(3):
            begun = BEGUN + hour * HOUR
            segment = Segment.begin(folder, hour + 1, begun, link, Signer(writer, (b"k" * 32,)))
            begun_with = link
            instants = sorted(begun + chance.randrange(-100, HOUR - MINUTE) for _ in range(30))
            events = [event(at, chance) for at in instants]
            everything += events
            facts = {"facts": "f", "value": {"person": {"id": "p_eve"}, "app": {"id": "wiki"}}}
            segment.append([msgspec.json.encode(to_ocsf(one)) for one in events[:15]])
            segment.append([msgspec.json.encode(facts), *(msgspec.json.encode(to_ocsf(one)) for one in events[15:])])
            segment.close()
            link = segment.link
            if hour < 2:
                assert seal(segment.path, folder / str(Name(hour + 1, begun, True)), begun_with) is not None
                segment.path.unlink()
    return Reader(root), sorted(everything, key=lambda one: one.id, reverse=True)


SOUGHT = {
    "everything": EventQuery(),
    "what a person did and what was done to them": EventQuery(person="p_eve"),
    "an app": EventQuery(app="wiki"),
    "an app, refused": EventQuery(app="wiki", effects=("deny", "challenge")),
    "kinds": EventQuery(person="p_tom", kinds=("sign_in.succeeded", "person.changed")),
    "some time": EventQuery(since=BEGUN + HOUR // 2, before=first_id_at(BEGUN + 2 * HOUR)),
    "whatever else must hold": EventQuery(holds=lambda one: one.at % 2 == 0),
    "nobody's": EventQuery(person="p_nobody"),
}


@pytest.mark.parametrize("patience", [60.0, 0.0])
@pytest.mark.parametrize("name", SOUGHT)
def test_page_after_page_is_everything_once_and_in_order(
    written: tuple[Reader, list[Event]], name: str, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, everything = written
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    monkeypatch.setattr(module, "_CANDIDATES", 40)
    monkeypatch.setattr(module, "_CHUNK", 700)
    monkeypatch.setattr(module, "_LINES", 7)
    sought, pages = SOUGHT[name], list[EventPage]()
    before = sought.before
    while True:
        pages.append(search(reader, from_there(sought, before), 17, patience))
        before = pages[-1].before
        if not before:
            break
        assert len(pages) < 60
    assert all(len(page.events) <= 17 for page in pages)
    assert [one for page in pages for one in page.events] == [one for one in everything if sought.fits(one)]


def from_there(sought: EventQuery, before: str) -> EventQuery:
    return EventQuery(sought.person, sought.app, sought.kinds, sought.effects, before, sought.since, sought.holds)


def test_an_empty_journal_has_no_page(tmp_path: Path) -> None:
    assert search(Reader(tmp_path / "absent"), EventQuery(), 10) == EventPage((), "")


def test_a_segment_that_is_sealed_meanwhile_is_read_in_its_sealed_form(
    written: tuple[Reader, list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, everything = written
    listed = [
        (Name(name.ordinal, name.begun_at), path.with_suffix(".jsonl")) if name.is_sealed else (name, path)
        for name, path in reader.segments()
    ]
    monkeypatch.setattr(Reader, "segments", lambda _: listed)
    assert list(search(reader, EventQuery(), 1_000, 60.0).events) == everything
