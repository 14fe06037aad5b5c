from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only


@pytest.mark.parametrize(
    ("prefix", "activity", "status"), [("drop: ", 5, 2), ("[UFW BLOCK] ", 5, 2), ("", 5, 2), ("ACCEPT ", 6, 0)]
)
def test_packets(prefix: str, activity: int, status: int) -> None:
    body = f"[ 12.3] {prefix}IN=eth0 OUT= SRC=203.0.113.9 DST=192.0.2.1 LEN=60 PROTO=TCP SPT=44 DPT=22 SYN"
    found = only("syslog", f"<4>Nov 27 09:15:30 gate kernel: {body}")
    assert (found.class_uid, found.activity_id, found.status_id) == (4001, activity, status)
    assert (found.src_ip, found.src_port, found.dst_ip, found.dst_port) == ("203.0.113.9", 44, "192.0.2.1", 22)


def test_what_is_no_packet() -> None:
    assert only("syslog", "<4>Nov 27 09:15:30 gate kernel: usb 1-1: IN=7 new device").class_uid == 0
