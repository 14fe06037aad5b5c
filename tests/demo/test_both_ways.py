"""The three whom a visitor can be hold a passkey, and a password with a code."""

from __future__ import annotations

from tests.demo.alive import Alive

from limen.demo.roles import ROLES


def test_each_of_them_holds_both(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    for role in ROLES:
        held = harbor.run(
            harbor.opened.company.limen.identity.factors.of_person(visitor.company.person_of(role.who).id)
        )
        assert (len(held.passkeys), held.has_password, held.has_code) == (1, True, True)


def test_each_of_them_can_sign_in_each_way(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    for proof, strength in (("passkey", 3), ("password_and_code", 2), ("password", 1)):
        harbor.run(visitor.become(ROLES[1], proof))
        session = visitor.session
        assert session is not None
        assert session.auth.strength == strength
