"""Words near what may be finds are found at once as they are one by one, and save looking where there are none."""

from __future__ import annotations

from random import Random

from tests.data import planted

from limen.data.detectors.every import DETECTORS
from limen.data.model import Confidence
from limen.data.scanning.looks import Looks
from limen.data.scanning.scanner import Scanner
from limen.data.scanning.words_near import WordsNear, is_near

_CARD = b"4111 1111 1111 1111"
_LOOKS = Looks([DETECTORS["payment-card"]])


def _ends(text: bytes) -> list[int]:
    return [at + len(_CARD) for at in range(len(text)) if text.startswith(_CARD, at)]


def test_at_once_as_one_by_one() -> None:
    random, sure = Random(3), set()
    for _ in range(50):
        text = b"".join(random.choice((_CARD, b" credit card ", b" of no note " * 9)) for _ in range(60))
        ends = _ends(text)
        near = WordsNear(_LOOKS, 0, text, 0, ends)
        one_by_one = [WordsNear(_LOOKS, 0, text, 0, [end]).confidence(end - len(_CARD), end) for end in ends]
        assert [near.confidence(end - len(_CARD), end) for end in ends] == one_by_one
        sure |= set(one_by_one)
    assert sure == {Confidence.MEDIUM, Confidence.HIGH}


def test_far_from_every_word_nothing_is_near() -> None:
    text = (_CARD + b" of no note. " * 40) * 9 + b"credit card " + _CARD
    ends = _ends(text)
    near = WordsNear(_LOOKS, 0, text, 0, ends)
    assert [near.may_be_near(end, end) for end in ends] == [False] * 9 + [True]
    assert not is_near([], 5, 5, 19)


def test_enough_without_a_word_hides_none_beside_one() -> None:
    numbers = [b"49927398%08d" % at for at in range(20_000)]
    scanner = Scanner([DETECTORS["payment-card"]], key=planted.KEY, most=5)
    plain = b"\n".join(numbers) + b"\n" + b"of no note. " * 50
    found = scanner.text(plain + b"credit card 4111 1111 1111 1111")
    assert found.unique(Confidence.MEDIUM)["payment-card"] == 6
    assert found.unique(Confidence.HIGH) == {"payment-card": 1}
    assert scanner.pieces(plain[at : at + 700] for at in range(0, len(plain), 700)).more == found.more
