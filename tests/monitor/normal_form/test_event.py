from __future__ import annotations

import msgspec

from limen.monitor.normal_form.event import PATHS, NormalEvent


def test_every_name_of_ocsf_is_that_of_one_column() -> None:
    columns = set(NormalEvent.__struct_fields__)
    assert set(PATHS.values()) <= columns
    assert len(set(PATHS.values())) == len(PATHS)


def test_an_event_comes_back_as_it_was_written() -> None:
    one = NormalEvent(uid="e", at=1, received_at=2, source="fw", src_ip="203.0.113.7", fields={"srcip": "203.0.113.7"})
    assert msgspec.json.decode(msgspec.json.encode(one), type=NormalEvent) == one
