from __future__ import annotations

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.shared_seeds import SharedSeeds
from limen.identity.store import factors, people
from limen.storage import Database, Keyring

NOW = 1_800_000_000_000


def test_who_has_one_authenticator_app_together_is_told_and_no_seed_is(where: str) -> None:
    database = Database.open(where)
    keyring = Keyring.open(database, b"m" * 32)
    for name, seed in (("ada", b"SAME"), ("ben", b"SAME"), ("cy", b"OTHER"), ("broken", b"SAME")):
        person = Person(f"p_{name}", name, f"{name}@harbor.example")
        sealed = keyring.seal("codes", person.id if name != "broken" else "p_x", "seed", seed)
        database.write(lambda t, one=person: people.add(t.connection, one, PersonStatus.ACTIVE, NOW))
        database.write(lambda t, one=person, kept=sealed: factors.set_code(t, one.id, kept, 0, NOW))
    seeds = SharedSeeds(keyring)
    assert database.read(seeds.groups) == [frozenset({"p_ada", "p_ben"})]
    assert "keyring" not in repr(seeds)
    database.close()
