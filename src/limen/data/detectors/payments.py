"""Numbers of cards and of bank accounts."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.checksums import are_one_digit, bare, digits, luhn, mod_97, weighted
from limen.data.model import Confidence, Detector, Kind

_IBANS: Final = """
AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27
DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HN:28 HR:21 HU:28
IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22
MK:19 MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24
SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30
"""
_LENGTHS_OF_IBANS: Final = {one[:2].encode(): int(one[3:]) for one in _IBANS.split()}
"""By country, how many characters an IBAN has (SWIFT's registry of IBANs)."""
_BETWEEN_GROUPS: Final = r"(?:  ?|-| ?\r?\n)"
"""Also where a line ends, as mails and PDF wrap them."""


def _as_long_as(letters: int) -> str:
    """So many letters and digits behind an IBAN's check digits: with a blank anywhere, or in groups of four."""
    groups, rest = divmod(letters, 4)
    last = rf"{_BETWEEN_GROUPS}[A-Z0-9]{{{rest}}}" if rest else ""
    return rf"(?:(?: ?[A-Z0-9]){{{letters}}}|(?:{_BETWEEN_GROUPS}[A-Z0-9]{{4}}){{{groups}}}{last})"


_FORMS_OF_IBANS: Final = "|".join(
    rf"(?:{'|'.join(one.decode() for one, long in _LENGTHS_OF_IBANS.items() if long == length)})"
    rf"\d{{2}}{_as_long_as(length - 4)}"
    for length in sorted(set(_LENGTHS_OF_IBANS.values()))
)
"""As long as its country says, so that a word behind it is none of it."""

_CARDS: Final = (
    # first digits from, to (of six), and the lengths that are given out under them
    (300000, 305999, (14,)),
    (309500, 309599, (14,)),
    (340000, 349999, (15,)),
    (352800, 358999, (16, 17, 18, 19)),
    (360000, 369999, (14, 16, 19)),
    (370000, 379999, (15,)),
    (380000, 399999, (14, 16, 19)),
    (400000, 499999, (16, 19)),  # thirteen digits are given out no more, and every German EAN has them
    (500000, 509999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (510000, 559999, (16,)),
    (560000, 599999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (222100, 272099, (16,)),
    (601100, 601199, (16, 17, 18, 19)),
    (620000, 629999, (16, 17, 18, 19)),
    (630000, 639999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (644000, 659999, (16, 17, 18, 19)),
    (670000, 679999, (12, 13, 14, 15, 16, 17, 18, 19)),
)
"""Which numbers of cards are given out, by their first digits (ISO/IEC 7812-1, and what the schemes publish)."""


_LENGTHS_OF_CARDS: Final = {
    four: frozenset(length for low, high, lengths in _CARDS if low // 100 <= four <= high // 100 for length in lengths)
    for four in range(2_000, 7_000)
}
"""By its first four digits, which are enough to tell the schemes apart."""


def is_card(matched: bytes) -> bool:
    """A number of a payment card: its scheme gives out such numbers, and its last digit is right."""
    text = bare(matched)
    if len(text) not in _LENGTHS_OF_CARDS.get(int(text[:4]), ()):
        return False
    number = digits(text)
    return luhn(number) and not are_one_digit(number)


def is_iban(matched: bytes) -> bool:
    """ISO 13616: the country's length, and check digits by MOD 97-10. In mixed case it is a word and what follows."""
    if matched not in (matched.upper(), matched.lower()):
        return False
    text = bare(matched.translate(None, b"\r\n"))
    return _LENGTHS_OF_IBANS.get(text[:2]) == len(text) and mod_97(text[4:] + text[:4]) == 1


def is_routing_number(matched: bytes) -> bool:
    """A routing number of the American Bankers Association: its district is one there is, weights 3, 7, 1."""
    number = digits(matched)
    district = number[0] * 10 + number[1]
    given_out = 1 <= district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return given_out and weighted(number, (3, 7, 1) * 3) % 10 == 0


DETECTORS: Final = (
    Detector(
        "payment-card",
        "Payment card number",
        Kind.PAYMENT_CARD,
        r"\b(?:[2-6]\d{3}(?: \d{4} \d{4} |-\d{4}-\d{4}-)\d{4}|3\d{3}(?: \d{6} |-\d{6}-)\d{4,5}"
        r"|[24]\d{15}(?:\d{3})?|3\d{13,18}|[56]\d{11,18})\b",
        longest=19,
        rough=r"\b(?:(?:[234]\d\d|[56])\d{11}|[2-6]\d{3}[ -]\d{4,6}[ -]\d{4})",
        alone=Confidence.MEDIUM,
        words=(
            "credit card",
            "debit card",
            "card no",
            "card nr",
            "card number",
            "credit card number",
            "cardholder",
            "cvv",
            "cvc",
            "valid thru",
            "Visa",
            "VISA",
            "mastercard",
            "maestro",
            "amex",
            "american express",
            "Discover",
            "diners club",
            "jcb",
            "unionpay",
            "kartennummer",
            "kreditkarte",
            "kreditkartennummer",
            "karteninhaber",
            "gültig bis",
            "prüfziffer",
        ),
        check=is_card,
    ),
    Detector(
        "iban",
        "IBAN",
        Kind.BANK,
        rf"(?i)\b(?:{_FORMS_OF_IBANS})\b",
        longest=62,
        alone=Confidence.HIGH,
        rough=r"\b[A-Za-z]{2}\d\d[ \r\n-]{0,3}[A-Za-z0-9]{4}[ \r\n-]{0,3}[A-Za-z0-9]{4}",
        check=is_iban,
        is_linear=True,
        rough_begins=True,
    ),
    Detector(
        "bic",
        "BIC",
        Kind.BANK,
        r"\b[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b",
        longest=11,
        alone=None,
        beside_words=Confidence.MEDIUM,
        words=("bic", "swift", "bank code", "swift code"),
    ),
    Detector(
        "us-routing-number",
        "Routing number (US)",
        Kind.BANK,
        r"\b\d{9}\b",
        longest=9,
        alone=None,
        words=("routing", "routing number", "aba", "aba number", "wire transfer", "transit number"),
        check=is_routing_number,
    ),
    Detector(
        "uk-account",
        "Sort code and account number (UK)",
        Kind.BANK,
        r"\b\d{2}-\d{2}-\d{2}[ ,;:/]{0,3}(?:[A-Za-z]{0,12}[ :.]{0,3}){0,2}\d{8}\b",
        longest=50,
        rough=r"\b\d{2}-\d{2}-\d{2}",
        rough_begins=True,
        alone=Confidence.LOW,
        words=("sort code", "account", "account number", "a/c", "bank"),
    ),
    Detector(
        "de-account",
        "Kontonummer und Bankleitzahl (DE)",
        Kind.BANK,
        r"\b[1-8]\d{2} ?\d{3} ?\d{2}\b",
        longest=10,
        alone=None,
        beside_words=Confidence.MEDIUM,
        words=("blz", "bankleitzahl", "kontonummer", "kto", "bankverbindung"),
    ),
    Detector(
        "us-account",
        "Account number (US)",
        Kind.BANK,
        r"\b\d{8,17}\b",
        longest=17,
        alone=None,
        beside_words=Confidence.MEDIUM,
        words=("routing", "routing number", "aba", "checking account", "savings account", "wire transfer"),
    ),
)
