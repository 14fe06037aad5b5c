from __future__ import annotations

from limen.privacy.notice_section import Section


def test_a_section_is_its_heading_where_there_is_nothing_else() -> None:
    assert Section("What is watched") == Section("What is watched", (), ())
