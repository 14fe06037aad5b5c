from __future__ import annotations

from limen.web.devices.osquery import PAGES


def test_its_paths_are_osquerys_own_and_open_to_no_session() -> None:
    assert {(one.method, one.path) for one in PAGES} == {
        ("POST", f"/osquery/{path}") for path in ("enroll", "config", "log", "distributed/read", "distributed/write")
    }
    assert all(one.undecided and one.by_programs for one in PAGES)
