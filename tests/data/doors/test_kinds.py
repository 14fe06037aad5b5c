from __future__ import annotations

from limen.data.doors.kinds import KINDS
from limen.events.kind import Severity


def test_ransomware_is_as_bad_as_it_gets_and_no_stranger_causes_them() -> None:
    assert {one.name: (one.severity, one.by_strangers) for one in KINDS} == {
        "data.mass_renaming": (Severity.CRITICAL, False),
        "data.quarantine_released": (Severity.MEDIUM, False),
        "data.quarantine_deleted": (Severity.MEDIUM, False),
        "data.share_not_cleared": (Severity.HIGH, False),
        "data.entry_point_failed": (Severity.HIGH, False),
        "data.entry_point_back": (Severity.INFORMATIONAL, False),
    }
