"""Mira of Harbor, her sign-in, and her session at the wiki."""

from __future__ import annotations

from dataclasses import replace

from limen.clock import HOUR
from limen.facts import (
    App,
    Auth,
    Factor,
    Label,
    Person,
    Session,
    Upstream,
)

NOW = 1_795_000_000_000
MIRA = Person(id="p1", name="Mira Solano", email="mira@harbor.example", groups=frozenset({"staff"}), active=True)
WIKI = App(
    id="wiki", name="Wiki", host="wiki.harbor.example", upstream=Upstream("http://127.0.0.1:1"), label=Label.INTERNAL
)
SIGN_IN = Session(
    id="s1",
    person_id="p1",
    auth=Auth(strength=3, factors=frozenset({Factor.PASSKEY}), at=NOW),
    started_at=NOW,
    expires_at=NOW + 12 * HOUR,
    idle_ms=2 * HOUR,
)
AT_WIKI = replace(SIGN_IN, id="s2", app="wiki", parent="s1", auth=Auth(), binding=1)
A, B = b"a" * 32, b"b" * 32
