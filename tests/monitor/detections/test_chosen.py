from __future__ import annotations

import msgspec

from limen.monitor.detections.chosen import Chosen


def test_it_is_the_same_after_the_way_to_the_process() -> None:
    chosen = Chosen({"detections/a.yml": "title: a"}, ("/srv/sigma",), ("one", "two"))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(chosen), type=Chosen) == chosen
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(Chosen()), type=Chosen) == Chosen()
