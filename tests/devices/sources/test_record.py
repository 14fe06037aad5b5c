from __future__ import annotations

from limen.devices.sources.record import Form, Record


def test_what_a_source_does_not_say_of_a_device_is_unknown_and_not_good() -> None:
    one = Record("r_1", 1)
    assert (one.form, one.is_managed, one.owner, one.serial, one.hardware_id) == (Form.UNKNOWN, False, "", "", "")
    assert dict(one.checks) == {}
