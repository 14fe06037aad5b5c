from __future__ import annotations

from limen.clock import DAY
from limen.company.unique_identities.listing import listed
from limen.company.unique_identities.model import Kind, id_of
from limen.company.unique_identities.reading import read
from limen.facts import Person
from limen.identity.model import AccountDecision, PersonStatus
from limen.identity.shared_seeds import SharedSeeds
from limen.identity.store import account_decisions, factors, people, upkeep
from limen.monitor.alerts import findings
from limen.monitor.alerts.findings import Finding
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT
from limen.storage import Database, Keyring

NOW = 1_800_000_000_000


def test_all_that_speaks_against_one_person_one_account_is_read_from_the_database(where: str) -> None:
    database = Database.open(where)
    keyring = Keyring.open(database, b"m" * 32)
    for name in ("ada", "ben"):
        one = Person(f"p_{name}", name, f"{name}@harbor.example")
        sealed = keyring.seal("codes", one.id, "seed", b"SAME")
        database.write(lambda t, one=one: people.add(t.connection, one, PersonStatus.ACTIVE, NOW))
        database.write(lambda t, one=one, sealed=sealed: factors.set_code(t, one.id, sealed, 0, NOW))
        database.write(lambda t, one=one: upkeep.remember_browser(t.connection, b"b" * 32, one.id, NOW))
    hit = ABOUT.hit("h_1", NOW - DAY, "person:p_ada", {"one": "A", "other": "B"}, person_id="p_ada")
    found = Finding(hit, "al_1", ("person", "p_ada"), NOW, True)
    database.write(lambda t: findings.add(t.connection, [found]))
    held = database.read(lambda s: read(s, SharedSeeds(keyring), NOW))
    assert held.last_sign_ins == {"p_ada": NOW, "p_ben": NOW}
    assert held.browsers == ({"p_ada": NOW, "p_ben": NOW},)
    assert [one.kind for one in listed(held, NOW).open] == [Kind.TWO_ACCOUNTS, Kind.SHARED_USE]
    both = id_of(Kind.TWO_ACCOUNTS, ["p_ada", "p_ben"])
    over, holds = (
        AccountDecision(both, "x", "p_ada", "p_ben", "keep", at, "why", "p_root", 1) for at in (NOW, NOW + 1)
    )
    for decision, number in ((over, 0), (holds, 1)):
        database.write(lambda t, one=decision: account_decisions.keep(t.connection, one))
        again = database.read(lambda s: read(s, SharedSeeds(keyring), NOW))
        assert len(listed(again, NOW).decided) == number
    database.close()
