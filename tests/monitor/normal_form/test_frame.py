from __future__ import annotations

import msgspec
from tests.monitor.normal_form.frames import frame

from limen.monitor.normal_form.frame import Frame


def test_a_frame_goes_from_one_process_to_another_as_it_is() -> None:
    one = frame("syslog", b"\xff\x00\n", zone="Europe/Berlin")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Frame) == one
