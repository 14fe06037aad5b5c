"""Which VAT numbers a country gives out: their form behind its two letters, and their check digits.

Forms and checks are those that the member states publish; `tests` hold each against python-stdnum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limen.data.detectors.checksums import bare, digits, luhn, mod_11_10, mod_97, weighted
from limen.data.detectors.identities.western_checks import is_es_dni

_WITHOUT_I_AND_O: Final = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CYPRUS: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)


def is_vat_number(matched: bytes) -> bool:
    """Two letters of a country, and a number that it gives out."""
    text = bare(matched)
    return CHECKS[text[:2].decode()][1](text[2:])


def _sums_to(modulus: int, *weights: int, to: int = 0) -> Callable[[bytes], bool]:
    return lambda text: weighted(digits(text), weights) % modulus == to


def _austria(text: bytes) -> bool:
    number = digits(text)
    doubled = (digit * 2 if at % 2 else digit for at, digit in enumerate(number[:7]))
    return (96 - sum(one // 10 + one % 10 for one in doubled)) % 10 == number[7]


def _belgium(text: bytes) -> bool:
    return int(text) > 0 and (int(text[:-2]) + int(text[-2:])) % 97 == 0


def _bulgaria(text: bytes) -> bool:
    number = digits(text)
    if len(number) == 9:
        rest = weighted(number[:8], range(1, 9)) % 11
        rest = weighted(number[:8], range(3, 11)) % 11 if rest == 10 else rest
        return rest % 10 == number[8]
    by_weights = (
        weighted(number, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10,
        weighted(number, (21, 19, 17, 13, 11, 9, 7, 3, 1)) % 10,
        (11 - weighted(number, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11,
    )
    return number[9] in by_weights


def _cyprus(text: bytes) -> bool:
    number = digits(text)
    total = sum(_CYPRUS[digit] for digit in number[::2]) + sum(number[1::2])
    return text[:2] != b"12" and total % 26 + 65 == text[8]


def _czechia(text: bytes) -> bool:
    number = digits(text)
    if len(number) != 8:  # a person's birth number
        return len(number) == 9 or int(text[:9]) % 11 % 10 == number[9]
    return number[0] != 9 and (11 - weighted(number[:7], range(8, 1, -1)) % 11) % 10 == number[7]


def _spain(text: bytes) -> bool:
    if text[:1].isdigit() or text[0] in b"XYZ":
        return text[-1:].isalpha() and is_es_dni(text)
    if text[0] in b"KLM":
        return text[-1:].isalpha() and is_es_dni(text[1:])
    number = digits(text[1:8])
    check = next(digit for digit in range(10) if luhn([*number, digit]))
    return text[8] in (check + 48, b"JABCDEFGHI"[check])


def _france(text: bytes) -> bool:
    company = text[2:]
    if company[:3] != b"000" and not luhn(digits(company)):
        return False
    if text.isdigit():
        return int(text[:2]) == int(company + b"12") % 97
    first, second = (_WITHOUT_I_AND_O.index(code) for code in text[:2])
    check = first * 24 + second - 10 if text[:1].isdigit() else first * 34 + second - 100
    return (int(company) + 1 + check // 11) % 11 == check % 11


def _greece(text: bytes) -> bool:
    number = digits(text)
    return weighted(number[:8], (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == number[8]


def _ireland(text: bytes) -> bool:
    letters = b"WABCDEFGHIJKLMNOPQRSTUV"
    number = digits(text[:7])
    if text[1:2].isalpha():
        number = [0, *digits(text[2:7]), number[0]]
        return letters[weighted(number, range(8, 1, -1)) % 23] == text[7]
    second = letters.index(text[8]) if text[8:9] else 0
    return letters[(weighted(number, range(8, 1, -1)) + 9 * second) % 23] == text[7]


def _lithuania(text: bytes) -> bool:
    number = digits(text)
    rest = sum((1 + at % 9) * digit for at, digit in enumerate(number[:-1])) % 11
    if rest == 10:
        rest = sum((1 + (at + 2) % 9) * digit for at, digit in enumerate(number[:-1])) % 11
    return number[-2] == 1 and rest % 10 == number[-1]


def _latvia(text: bytes) -> bool:
    number = digits(text)
    if number[0] > 3:
        return weighted(number, (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)) % 11 == 3
    return (1101 - weighted(number, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11 % 10 == number[10]


def _netherlands(text: bytes) -> bool:
    number = digits(text[:9])
    is_citizen = weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0
    return is_citizen or mod_97(b"NL" + text) == 1


def _portugal(text: bytes) -> bool:
    number = digits(text)
    check = 11 - weighted(number[:8], range(9, 1, -1)) % 11
    return number[0] != 0 and (0 if check >= 10 else check) == number[8]


def _romania(text: bytes) -> bool:
    number = digits(text.rjust(10, b"0"))
    return text[0] != 48 and 10 * weighted(number[:9], (7, 5, 3, 2, 1, 7, 5, 3, 2)) % 11 % 10 == number[9]


def _slovenia(text: bytes) -> bool:
    number = digits(text)
    check = 11 - weighted(number[:7], range(8, 1, -1)) % 11
    return number[0] != 0 and (0 if check == 10 else check) == number[7]


def _slovakia(text: bytes) -> bool:
    return text[0] != 48 and text[2] in b"234789" and int(text) % 11 == 0


def _britain(text: bytes) -> bool:
    rest = weighted(digits(text[:9]), (8, 7, 6, 5, 4, 3, 2, 10, 1)) % 97
    return rest == 0 or (rest in (42, 55) and int(text[:3]) >= 100)


CHECKS: Final[dict[str, tuple[str, Callable[[bytes], bool]]]] = {
    "AT": (r"U\d{8}", _austria),
    "BE": (r"[01]\d{3}[. ]?\d{3}[. ]?\d{3}", _belgium),
    "BG": (r"\d{9,10}", _bulgaria),
    "CY": (r"\d{8}[A-Z]", _cyprus),
    "CZ": (r"\d{8,10}", _czechia),
    "DE": (r"\d{3} ?\d{3} ?\d{3}", lambda text: text[0] != 48 and mod_11_10(digits(text))),
    "DK": (r"\d{2} ?\d{2} ?\d{2} ?\d{2}", lambda text: text[0] != 48 and _sums_to(11, 2, 7, 6, 5, 4, 3, 2, 1)(text)),
    "EE": (r"\d{9}", _sums_to(10, 3, 7, 1, 3, 7, 1, 3, 7, 1)),
    "EL": (r"\d{9}", _greece),
    "ES": (r"(?:[A-HJ-NP-SUVW]\d{7}[A-J0-9]|[0-9X-ZKLM]\d{7}[A-Z])", _spain),
    "FI": (r"\d{8}", _sums_to(11, 7, 9, 10, 5, 8, 4, 2, 1)),
    "FR": (r"[0-9A-HJ-NP-Z]{2} ?\d{3} ?\d{3} ?\d{3}", _france),
    "GB": (r"\d{3} ?\d{4} ?\d{2}(?:\d{3})?", _britain),
    "HR": (r"\d{11}", lambda text: mod_11_10(digits(text))),
    "HU": (r"\d{8}", _sums_to(10, 9, 7, 3, 1, 9, 7, 3, 1)),
    "IE": (r"(?:\d{7}[A-W][A-I]?|\d[A-Z]\d{5}[A-W])", _ireland),
    "IT": (r"\d{11}", lambda text: luhn(digits(text)) and text[:7] != b"0000000"),
    "LT": (r"(?:\d{9}|\d{12})", _lithuania),
    "LU": (r"\d{8}", lambda text: int(text[:6]) % 89 == int(text[6:])),
    "LV": (r"\d{11}", _latvia),
    "MT": (r"[1-9]\d{7}", _sums_to(37, 3, 4, 6, 7, 8, 9, 10, 1)),
    "NL": (r"\d{9}B\d{2}", _netherlands),
    "PL": (r"\d{10}", lambda text: weighted(digits(text), (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == text[9] - 48),
    "PT": (r"\d{9}", _portugal),
    "RO": (r"\d{4,10}", _romania),
    "SE": (r"\d{10}01", lambda text: luhn(digits(text[:10]))),
    "SI": (r"\d{8}", _slovenia),
    "SK": (r"\d{10}", _slovakia),
}
"""By country the form behind its letters, and whether a number (without separators and letters) is given out."""
