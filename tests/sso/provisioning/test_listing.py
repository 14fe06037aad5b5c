"""What the page and the command show of each app."""

from __future__ import annotations

from pathlib import Path

from tests.sso.provisioning.rows import NOW, WIKI, account

from limen.sso.provisioning import store
from limen.sso.provisioning.listing import listed
from limen.sso.provisioning.model import State
from limen.storage import Database


def test_apps_in_force_and_those_in_which_accounts_are_left(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    several = (
        account(1, error="x"),
        account(2, State.LEAVING, error="y", left_at=NOW),
        account(3, State.ASKING),
        account(4, app="old"),
    )
    database.write(lambda t: [store.add(t.connection, one) for one in several])
    database.write(lambda t: store.set_app(t.connection, "wiki", stopped=2))
    every = {one.app: one for one in database.read(lambda s: listed(s, {"wiki": WIKI, "crm": WIKI}))}
    assert list(every) == ["crm", "old", "wiki"]
    assert (every["old"].provision, every["crm"].accounts) == (None, ())
    wiki = every["wiki"]
    assert (wiki.asking, [one.id for one in wiki.wrong]) == (3, ["pa_2", "pa_1"])
    assert wiki.counts == {State.ACTIVE: 1, State.LEAVING: 1, State.ASKING: 1}
    database.close()
