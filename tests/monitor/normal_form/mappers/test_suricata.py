from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only


@pytest.mark.parametrize(("severity", "found"), [(1, 4), (2, 3), (3, 2), (9, 1)])
def test_an_alerts_severity(severity: int, found: int) -> None:
    record = f'{{"event_type":"alert","alert":{{"severity":{severity},"action":"blocked"}}}}'
    assert (only("suricata", record).severity_id, only("suricata", record).status_id) == (found, 2)
