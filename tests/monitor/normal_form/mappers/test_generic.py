"""JSON of whatever can send some."""

from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import RECEIVED, only


@pytest.mark.parametrize(
    "written",
    [
        '{"user":"jane","src_ip":"203.0.113.9","host":"wren","outcome":"failure","time":"2026-11-27T09:00:00Z"}',
        (
            '{"user":{"name":"jane"},"source":{"ip":"203.0.113.9"},"host":{"name":"wren"},"event":{"outcome":"failure"},'
            '"@timestamp":"2026-11-27T10:00:00+01:00"}'
        ),
        (
            '{"actor":{"user":{"name":"jane"}},"src_endpoint":{"ip":"203.0.113.9"},"device":{"hostname":"wren"},'
            '"status_id":2,"time":1795770000000}'
        ),
    ],
)
def test_plain_names_ecs_and_ocsf_come_to_the_same(written: str) -> None:
    found = only("json", written)
    assert (found.user, found.src_ip, found.host, found.status_id) == ("jane", "203.0.113.9", "wren", 2)
    assert found.at == RECEIVED - 3_600_000


def test_nobody_else_is_limen() -> None:
    found = only("json", '{"product":"Limen","kind":"device.cloned","person_id":"p_1","session":"s_1"}')
    assert (found.product, found.person_id, found.session, found.source) == ("", "", "", "harbor")
