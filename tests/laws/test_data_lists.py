"""Laws of lists: what is found in pieces is what is found in the whole."""

from __future__ import annotations

from random import Random

from tests import dial
from tests.data import planted

from limen.data.lists.exact import ExactMatcher, exact_of
from limen.data.lists.fingerprints import FingerprintMatcher, Fingerprints, fingerprint_of
from limen.data.lists.tokens import Tokens
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.stated import DataRules

_IBAN = "DE89 3704 0044 0532 0130 00"
_WORDS = ("Anna", "Berger", "K-10042", "K", "10042", _IBAN, "Zoë", "Müller", "a\u00a0b", "—", ";", "\n")


def _text(random: Random, pieces: int) -> bytes:
    return " ".join(random.choice(_WORDS) for _ in range(pieces)).encode() + planted.text(random, 5)


def test_tokens_are_the_same_however_a_text_is_cut() -> None:
    random = Random(3)
    for _ in range(dial.size(2_000, 100)):
        whole = _text(random, random.randrange(0, 60))
        one, other = Tokens(), Tokens()
        expected = [*one.feed(whole), *one.end()]
        assert [
            *(token for piece in planted.cut(random, whole, 40) for token in other.feed(piece)),
            *other.end(),
        ] == expected


def test_in_pieces_as_in_the_whole() -> None:
    random = Random(4)
    rows = [("K-10042", "Anna Berger", _IBAN), ("K-7", "Zoë Müller", "Berlin")]
    customers = ExactMatcher("customers", exact_of(("number", "name", "iban"), rows, planted.KEY), planted.KEY, 2, 80)
    document = " ".join(f"w{random.randrange(300)}" for _ in range(400))
    kept = Fingerprints((fingerprint_of("x", document.encode(), planted.KEY),))
    contracts = FingerprintMatcher("contracts", kept, planted.KEY, 20, 150)
    scanner = ContentScanner(scanner_of(DataRules(use=frozenset({"bank"})), planted.KEY), [customers, contracts])
    seen = set()
    for _ in range(dial.size(1_000, 60)):
        whole = _text(random, random.randrange(0, 60))
        if random.random() < 0.2:
            whole += document.encode()[random.randrange(1_000) :]
        expected = scanner.text(whole)
        seen |= {one.detector for one in expected.findings}
        assert scanner.pieces(planted.cut(random, whole, random.choice((3, 40, 900)))) == expected
    assert seen >= {"customers", "contracts", "iban"}
