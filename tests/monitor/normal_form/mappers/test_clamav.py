from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import RECEIVED, events, only


@pytest.mark.parametrize(
    "body",
    [
        "/srv/a: b.exe: Win.Test.EICAR_HDB-1 FOUND",
        "Fri Nov 27 09:15:30 2026 -> /srv/a: b.exe: Win.Test.EICAR_HDB-1 FOUND",
        "/srv/a: b.exe: Win.Test.EICAR_HDB-1(44d88612fea8a8f36de82e1278abb02f:68) FOUND",
    ],
)
def test_malware(body: str) -> None:
    found = only("syslog", f"<22>Nov 27 09:15:30 heron clamd[1]: {body}")
    assert (found.class_uid, found.category, found.severity_id) == (2004, "antivirus", 4)
    assert (found.object, found.reason) == ("/srv/a: b.exe", "Win.Test.EICAR_HDB-1")


def test_that_it_stops() -> None:
    found = only("syslog", "<22>Nov 27 09:15:30 heron clamd[1]: --- Stopped at Fri Nov 27 09:15:30 2026")
    assert (found.class_uid, found.activity_id) == (6002, 4)


def test_its_own_file_says_when() -> None:
    line = "Fri Nov 27 09:15:30 2026 -> instream(local): EICAR.UNOFFICIAL(44d88612fea8a8f36de82e1278abb02f:68) FOUND"
    found, other = events("clamav", f"{line}\nFri Nov 27 09:15:30 2026 -> Reading databases from /var/lib/clamav\n")
    assert (found.at, found.class_uid, found.service, found.category) == (1795770930000, 2004, "clamav", "antivirus")
    assert (found.object, found.reason) == ("instream(local)", "EICAR.UNOFFICIAL")
    assert (other.class_uid, other.service) == (0, "clamav")


def test_a_name_of_a_file_moves_no_time() -> None:
    (found,) = events("clamav", "x -> Fri Nov 27 09:15:30 2001 -> /a: EICAR FOUND")
    assert found.at == RECEIVED
