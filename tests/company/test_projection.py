from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.company_folder import change, new_folder

from limen.company import store
from limen.company.load import load_company
from limen.company.projection import follow
from limen.company.publish import SERVER, publish
from limen.facts import FactStore
from limen.policy import Effect, Request
from limen.policy.hypothetical import Hypothetical
from limen.storage import Database, Feed

NOW = 1_795_510_800_000
STAFF = Hypothetical()


async def test_the_newest_revision_is_in_force_at_start_and_after_each_publication(tmp_path: Path, where: str) -> None:
    root = new_folder(tmp_path)
    company = load_company(root)
    database, known = Database.open(where), FactStore()
    feed = Feed(database, known)
    in_force = follow(feed, known, company.settings)
    await feed.start()
    assert (in_force.company, in_force.engine.revision, known.apps) == (None, "", {})
    publish(database, company, SERVER, "first", NOW)
    await feed.settled()
    assert in_force.engine.revision == company.revision
    assert set(known.apps) == {"limen", "handbook"}
    assert set(known.groups) == set(company.settings.groups)
    change(root, "apps.yaml", "owner: staff", "owner: administrators")
    publish(database, load_company(root), SERVER, "second", NOW + 1)
    await feed.settled()
    assert known.apps["handbook"].owner == "administrators"
    await feed.stop()
    again, later = FactStore(), Feed(database, known := FactStore())
    restarted = follow(later, known, company.settings)
    await later.start()
    assert restarted.engine.revision == in_force.engine.revision
    assert again.apps == {}
    await later.stop()
    database.close()


async def test_before_anything_is_published_everything_is_denied(tmp_path: Path, where: str) -> None:
    company = load_company(new_folder(tmp_path))
    database, known = Database.open(where), FactStore()
    feed = Feed(database, known)
    in_force = follow(feed, known, company.settings)
    app = company.all_apps["handbook"]
    from limen.facts import Person

    somebody = Person("p1", groups=frozenset({"staff", "administrators"}), active=True)
    facts = STAFF.facts(somebody, app, "view", NOW)
    assert in_force.engine.decide(Request("view"), facts, NOW).effect is Effect.DENY
    database.close()


async def test_what_this_process_publishes_takes_effect_without_being_read_again(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = new_folder(tmp_path)
    company = load_company(root)
    database, known = Database.open(where), FactStore()
    feed = Feed(database, known)
    in_force = follow(feed, known, company.settings)
    await feed.start()
    read: list[str] = []
    company_of = store.company_of
    monkeypatch.setattr(store, "company_of", lambda one, name: (read.append(name), company_of(one, name))[1])
    publish(database, company, SERVER, "first", NOW)
    await feed.settled()
    assert (in_force.engine.revision, read) == (company.revision, [])
    with (root / "apps.yaml").open("a") as apps:
        apps.write("# another comment\n")
    publish(database, load_company(root), SERVER, "a comment", NOW + 1)
    await feed.settled()
    assert in_force.company is not None
    assert in_force.company.files["apps.yaml"].endswith("# another comment\n")
    await feed.stop()
    database.close()
