"""A batch of frames comes to lines and to what is counted, and an error of ours costs only what one message says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from tests.monitor.normal_form.frames import RECEIVED, frame

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.products import LOOKS_LIKE
from limen.monitor.normal_form.reading import events_in, read
from limen.monitor.process.batch import Tally, read_batch

JSON = frame("json", b'{"user": "jane"}\n{"user": "ada"}\nno json', "crane")
SYSLOG = frame(
    "syslog", b"<134>Nov 27 09:59:30 wren sshd[7]: Accepted password for jane from 192.0.2.7 port 22", "wren"
)


def test_lines_are_those_of_reading_one_by_one_and_each_source_is_counted() -> None:
    found = read_batch(events_in, [JSON, SYSLOG, JSON])
    assert found.lines == [msgspec.json.encode(event) for one in (JSON, SYSLOG, JSON) for event in read(one)]
    assert found.tallies == [Tally("crane", 6, 2, 0), Tally("wren", 1, 0, 30_000)]


def test_what_looks_like_a_products_record_is_counted_by_the_product() -> None:
    okta = b'{"eventType": "user.session.start", "published": "2026-11-27T09:15:30.250Z", "actor": {}, "uuid": "1"}'
    event = read(frame("json", okta))[0]
    found = read_batch(events_in, [frame("json", okta), frame("json", b"{}"), frame("json", okta)])
    assert found.tallies[0].looks_like == {event.fields[LOOKS_LIKE]: 2}


def test_nothing_is_counted_where_nothing_was_said() -> None:
    assert read_batch(events_in, [frame("json", b"\n")]) == read_batch(events_in, [])


def test_an_error_of_ours_costs_what_a_message_says_and_not_the_message() -> None:
    def broken(one: Frame) -> Iterator[NormalEvent]:
        yield NormalEvent(uid="half", at=1, received_at=1, source=one.source)
        if one.source == "crane":
            raise ZeroDivisionError

    found = read_batch(broken, [SYSLOG, JSON, SYSLOG])
    (first, whole, last) = [msgspec.json.decode(line, type=NormalEvent) for line in found.lines]
    assert (first.uid, last.uid, whole.raw, whole.at) == ("half", "half", JSON.data.decode(), RECEIVED)
    assert [(one.source, one.events) for one in found.tallies] == [("wren", 2), ("crane", 1)]
