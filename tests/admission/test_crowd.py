from __future__ import annotations

import random
from collections import Counter

from limen.admission.crowd import Crowd


def test_the_largest_source_and_its_oldest_are_found() -> None:
    crowd: Crowd[int] = Crowd()
    for member, source in enumerate("abbcbc"):
        crowd.add(source, member)
    assert (len(crowd), crowd.number_of("b"), crowd.oldest("c"), crowd.oldest_of_the_largest()) == (6, 3, 3, 1)
    crowd.remove("b", 1)
    crowd.remove("b", 2)
    assert crowd.oldest_of_the_largest() == 3
    crowd.remove("b", 99)
    for member, source in enumerate("abbcbc"):
        crowd.remove(source, member)
    assert (len(crowd), crowd.oldest_of_the_largest(), crowd.oldest("a")) == (0, None, None)


def test_it_agrees_with_counting_whatever_comes_and_goes() -> None:
    dice = random.Random(7)
    crowd: Crowd[int] = Crowd()
    held: list[tuple[str, int]] = []
    for member in range(3_000):
        if held and dice.random() < 0.48:
            source, gone = held.pop(dice.randrange(len(held)))
            crowd.remove(source, gone)
        else:
            held.append((dice.choice("abcdefg"), member))
            crowd.add(*held[-1])
        numbers = Counter(source for source, _ in held)
        oldest = crowd.oldest_of_the_largest()
        assert (len(crowd), crowd.most) == (len(held), max(numbers.values(), default=0))
        assert numbers[next(s for s, m in held if m == oldest)] == max(numbers.values()) if held else oldest is None
