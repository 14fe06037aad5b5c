from __future__ import annotations

from limen.events import KINDS


def test_each_kind_is_listed_under_its_name_and_says_what_happened() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.title[0].isupper()
        assert not kind.title.endswith(".")


def test_what_must_survive_its_answer_is_waited_for() -> None:
    waited_for = {name for name, kind in KINDS.items() if kind.acknowledged}
    assert {"sign_in.succeeded", "session.revoked", "sessions.revoked", "revision.published"} <= waited_for
    assert "decision" not in waited_for
