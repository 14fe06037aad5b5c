from __future__ import annotations

from limen.company.authors import BREAK_GLASS, CONSOLE, SERVER, author_name, names_of, proof_sentence, published_where
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


def test_authors_are_told_by_name_and_by_their_id_once_they_are_gone(where: str) -> None:
    database = Database.open(where)
    jana = Person("p1", "Jana Novak", "jana@harbor.example")
    database.write(lambda one: people.add(one.connection, jana, PersonStatus.ACTIVE, 1))
    said = database.read(lambda one: [author_name(one, author) for author in (SERVER, "p1", "p2")])
    assert said == ["the server's operator", "Jana Novak", "p2"]
    assert database.read(names_of) == {"p1": "Jana Novak"}
    database.close()


def test_a_lock_out_proof_is_a_sentence_with_a_name() -> None:
    proof = {"person": "p1", "factors": ["code", "password"], "network": "office", "permits": ["a", "b"]}
    said = "can still administer Limen with a code and a password, from the network office (a, b)."
    assert proof_sentence(proof, {"p1": "Jana Novak"}) == f"Jana Novak {said}"
    assert proof_sentence(proof | {"person": "the-first-administrator"}, {}) == f"The first administrator {said}"
    assert proof_sentence({}, {}) == ""


def test_each_door_has_its_words() -> None:
    said = [published_where(via) for via in (SERVER, CONSOLE, BREAK_GLASS)]
    assert said == ["on the server", "in the console", "under break-glass"]
    assert len(BREAK_GLASS) <= 10, "what the column of it holds"
