"""Checks of numbers held against python-stdnum, on random numbers by their form."""

from __future__ import annotations

import importlib
import re
from random import Random

from tests import dial

from limen.data.detectors.every import DETECTORS

ROUNDS = dial.size(20_000, 500)


def agrees(
    detector: str, module: str, *forms: str, wider: bool = False, narrower: bool = False, prefix: str = ""
) -> None:
    """Random numbers are right for both, of which there are some.

    In a form # is a digit, A a letter. `wider`: more is found
    than python-stdnum calls right; `narrower`: less. `prefix`: what only ours has in front.
    """
    theirs = importlib.import_module(f"stdnum.{module}")
    one, random = DETECTORS[detector], Random(detector)
    expression, right = re.compile(one.expression), 0
    for at in range(ROUNDS):
        matched = written(random, forms[at % len(forms)])
        whole = prefix + matched
        found = expression.fullmatch(whole) is not None and one.check is not None and one.check(whole.encode())
        is_right = theirs.is_valid(matched)
        assert found <= is_right or wider, matched
        assert is_right <= found or narrower, matched
        right += found
    assert right > ROUNDS // 5_000


def written(random: Random, form: str) -> str:
    return "".join(
        random.choice("0123456789")
        if sign == "#"
        else random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if sign == "A"
        else sign
        for sign in form
    )
