from __future__ import annotations

from limen.importing.sessions import with_sessions

TEXT = "[sessions]\nabsolute_hours = 12               # so\nidle_hours = 2\n"


def test_a_new_folder_takes_them_and_one_in_use_is_told() -> None:
    text, kept = with_sessions(TEXT, {"absolute_hours": 8, "idle_hours": 2}, may_change=True)
    assert (text.splitlines()[1:], kept) == (["absolute_hours = 8               # so", "idle_hours = 2"], [])
    same, said = with_sessions(TEXT, {"absolute_hours": 8, "secret": 1}, may_change=False)
    assert (same, len(said)) == (TEXT, 1)
