from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.devices.seen import NOW

from limen.clock import MINUTE, SECOND
from limen.devices.sources.push import MOST_BYTES, MOST_DEVICES, records_of
from limen.devices.sources.record import Form
from limen.devices.wire import RefusedError

WREN: dict[str, Any] = {"id": "wren", "seen_at": NOW // SECOND}


def test_a_device_as_it_is_told() -> None:
    told = {
        **WREN,
        "owner": "Ida@Harbor.example",
        "form": "phone",
        "serial": " PF-2ABCDE",
        "managed": True,
        "checks": {"firewall": {"enabled": False}},
    }
    (record,), gone = records_of(msgspec.json.encode({"devices": [told], "gone": ["lark"]}), NOW)
    assert (record.owner, record.form, record.serial, record.is_managed) == (
        "ida@harbor.example",
        Form.PHONE,
        "pf-2abcde",
        True,
    )
    assert (record.seen_at, [*record.checks], gone) == (NOW, ["firewall"], ("lark",))


@pytest.mark.parametrize(
    "message",
    [
        [],
        {"devices": {}},
        {"device": [WREN]},
        {"devices": [{"id": "wren"}]},
        {"devices": [{**WREN, "compliant": True}]},
        {"devices": [{**WREN, "id": ""}]},
        {"devices": [{**WREN, "id": "x" * 101}]},
        {"devices": [{**WREN, "name": "a\x1b[2J"}]},
        {"devices": [{**WREN, "seen_at": NOW // SECOND + 301}]},
        {"devices": [{**WREN, "seen_at": -1}]},
        {"devices": [{**WREN, "seen_at": 1.5}]},
        {"devices": [{**WREN, "platform": "beos"}]},
        {"devices": [{**WREN, "checks": {"luck": {}}}]},
        {"devices": [{**WREN, "checks": {"firewall": {"enabled": "yes"}}}]},
        {"devices": [{**WREN, "checks": {"firewall": {"enabled": True, "really": True}}}]},
        {"devices": [WREN, WREN]},
        {"devices": [{**WREN, "id": str(n)} for n in range(MOST_DEVICES + 1)]},
        {"gone": [""]},
    ],
)
def test_whatever_does_not_fit_refuses_all_of_it(message: object) -> None:
    good = {**WREN, "id": "good"}
    if isinstance(message, dict) and isinstance(message.get("devices"), list) and len(message["devices"]) < 3:
        message = {**message, "devices": [good, *message["devices"]]}
    with pytest.raises(RefusedError) as refused:
        records_of(msgspec.json.encode(message), NOW)
    assert refused.value.error == "malformed"


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"devices":' * 10_000, b"\xff\xfe"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError):
        records_of(body, NOW)


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(RefusedError) as refused:
        records_of(b" " * (MOST_BYTES + 1), NOW)
    assert refused.value.status == 413
    assert records_of(msgspec.json.encode({"devices": [{**WREN, "seen_at": (NOW + MINUTE) // SECOND}]}), NOW)
