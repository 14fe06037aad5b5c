from __future__ import annotations

from limen.devices.streams import MOST_WAITING, Streams


async def test_what_is_told_is_read_in_its_order() -> None:
    streams = Streams()
    stream = streams.open("d1")
    assert (streams.tell("d1", "recheck", checks=[]), streams.tell("d2", "recheck")) == (True, False)
    streams.tell("d1", "settings", report_every_s=9)
    told = [await stream.next(1), await stream.next(1), await stream.next(0.01)]
    assert [one.event if one else None for one in told] == ["recheck", "settings", None]


async def test_a_second_listener_takes_the_place_of_the_first() -> None:
    streams = Streams()
    first, second = streams.open("d1"), streams.open("d1")
    assert (first.is_over, second.is_over, len(streams)) == (True, False, 1)
    streams.close(first)
    assert streams.listens("d1")
    assert await first.next(1) is None
    streams.end_all()
    assert (second.is_over, len(streams)) == (True, 0)


async def test_who_does_not_read_misses_what_is_too_much() -> None:
    streams = Streams()
    stream = streams.open("d1")
    for number in range(MOST_WAITING + 5):
        streams.tell("d1", "settings", report_every_s=number)
    first = await stream.next(1)
    assert first is not None
    assert first.data == {"report_every_s": 5}
