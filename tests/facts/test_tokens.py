from __future__ import annotations

import re

from limen.facts import UNPROVED, Auth, Factor, auth_of_token
from limen.facts.tokens import is_well_formed, new_secret, token_hash
from limen.policy.proof.order import is_no_better


def test_a_secret_is_found_by_scanners_and_mistyped_ones_are_refused():
    secret = new_secret()
    assert re.fullmatch(r"limen_app_[0-9A-Za-z]{49}", secret)
    assert is_well_formed(secret.encode())
    swapped = "b" if secret[20] == "a" else "a"
    assert not is_well_formed((secret[:20] + swapped + secret[21:]).encode())
    assert not is_well_formed(secret.encode() + b"\n")
    assert len({token_hash(new_secret().encode()) for _ in range(20)}) == 20


def test_a_token_is_never_better_than_what_it_was_made_with():
    for strength in range(4):
        made_with = Auth(strength, frozenset({Factor.PASSKEY}), 5) if strength else UNPROVED
        token = auth_of_token(made_with)
        assert is_no_better(token, made_with)
        assert token.strength == min(strength, 2)
        assert not token.interactive
        assert not token.factors
