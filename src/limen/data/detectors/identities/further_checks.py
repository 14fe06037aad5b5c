"""Whether numbers of the south, the east, the United States and the United Kingdom are given out, on matched bytes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

from limen.data.detectors.checksums import are_one_digit, bare, digits, luhn, mod_11_10, verhoeff, weighted

_NO_OFFICES: Final = frozenset((0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97))


def is_us_ein(matched: bytes) -> bool:
    """An employer number: its first two digits are an office of the IRS."""
    return int(matched[:2]) not in _NO_OFFICES and not are_one_digit(digits(matched))


def is_us_dea(matched: bytes) -> bool:
    """A number of the Drug Enforcement Administration: the last digit is that of the first and twice the second sum."""
    number = digits(matched[2:])
    return (sum(number[0:6:2]) + 2 * sum(number[1:6:2])) % 10 == number[6]


def is_us_npi(matched: bytes) -> bool:
    """A provider number: Luhn, with 80840 before it (45 CFR 162.406)."""
    return luhn([8, 0, 8, 4, 0, *digits(matched)])


def is_uk_utr(matched: bytes) -> bool:
    """A taxpayer reference: the first digit checks the others, MOD 11."""
    number = digits(matched)
    return b"21987654321"[weighted(number[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11] - 48 == number[0]


def is_uk_driving_licence(matched: bytes) -> bool:
    """Five letters of the name, a birthday with its year around it (a woman's month is 50 more), initials."""
    if not (matched[:5].rstrip(b"9").isalpha() and len(matched) == 16):
        return False
    number = matched[5:11]
    month = int(number[1:3]) % 50
    return _is_date(2000 + int(number[0:1] + number[5:6]), month, int(number[3:5]))


def is_de_tax_number(matched: bytes) -> bool:
    """A German tax number: of ten or eleven digits as an office writes it, or of thirteen for everywhere."""
    number = digits(matched)
    return len(number) in (10, 11, 13) and len(set(number)) > 2


def is_at_tax(matched: bytes) -> bool:
    """An Austrian tax number: every second digit doubled, the ninth checks the others."""
    number = digits(matched)
    doubled = (digit * 2 if at % 2 else digit for at, digit in enumerate(number[:8]))
    return (-sum(one // 10 + one % 10 for one in doubled)) % 10 == number[8] and not are_one_digit(number)


def is_de_physician(matched: bytes) -> bool:
    """A physician's number: the seventh digit checks six, weights 4 and 9."""
    number = digits(matched)
    return (-weighted(number[:6], (4, 9) * 3)) % 10 == number[6] and not are_one_digit(number[:6])


def is_bg_personal_number(matched: bytes) -> bool:
    """A Bulgarian personal number: a birthday (month 20 more for 18.., 40 for 20..), powers of two mod 11."""
    number = digits(matched)
    month = number[2] * 10 + number[3]
    century = {0: 1900, 1: 1800, 2: 2000}.get(max(0, (month - 1) // 20))
    is_birthday = century is not None and _is_date(
        century + number[0] * 10 + number[1], (month - 1) % 20 + 1 if month else 0, number[4] * 10 + number[5]
    )
    return is_birthday and weighted(number, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == number[9]


def is_cz_birth_number(matched: bytes) -> bool:
    """A Czech or Slovak birth number: a woman's month is 50 more, 20 more where a day ran out; nine digits to 1953."""
    text = bare(matched)
    year, month, day = 1900 + int(text[:2]), int(text[2:4]) % 50 % 20, int(text[4:6])
    if len(text) == 9:
        return year <= 1953 and _is_date(year, month, day)
    return _is_date(year if year >= 1954 else year + 100, month, day) and int(text[:9]) % 11 % 10 == text[9] - 48


def is_baltic_personal_code(matched: bytes) -> bool:
    """An Estonian or Lithuanian personal code: sex and century, a birthday, weights 1 to 9, else 3 to 9 and on."""
    number = digits(matched)
    first = number[0]
    if first != 9:
        year = 1800 + (first - 1) // 2 * 100 + number[1] * 10 + number[2]
        if not _is_date(year, number[3] * 10 + number[4], number[5] * 10 + number[6]):
            return False
    rest = weighted(number, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = weighted(number, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11
    return rest % 10 == number[10]


def is_lv_personal_code(matched: bytes) -> bool:
    """A Latvian personal code: a birthday, or 32 in front; MOD 11."""
    number = digits(matched)
    text = bare(matched)
    if number[6] > 2 and text[:2] != b"32":
        return False
    year = 1800 + number[6] * 100 + int(text[4:6])
    is_person = text[:2] == b"32" or _is_date(year, int(text[2:4]), int(text[:2]))
    return is_person and (1101 - weighted(number, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11 % 10 == number[10]


def is_es_social_security(matched: bytes) -> bool:
    """A Spanish social security number: a province, and the remainder by 97."""
    text = bare(matched).replace(b"/", b"")
    province, number = int(text[:2]), int(text[2:10])
    whole = province * (10**8 if number >= 10**7 else 10**7) + number
    return 1 <= province <= 66 and whole % 97 == int(text[10:12])


def is_gr_social_security(matched: bytes) -> bool:
    """A Greek AMKA: a birthday, Luhn."""
    number = digits(matched)
    day, month, year = (int(matched[at : at + 2]) for at in (0, 2, 4))
    return (_is_date(1900 + year, month, day) or _is_date(2000 + year, month, day)) and luhn(number)


def is_gr_tax(matched: bytes) -> bool:
    """A Greek AFM: powers of two, MOD 11."""
    number = digits(matched)
    return weighted(number[:8], (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == number[8] and not are_one_digit(number)


def is_hr_oib(matched: bytes) -> bool:
    """A Croatian OIB: MOD 11,10."""
    return mod_11_10(digits(matched)) and not are_one_digit(digits(matched))


def is_hu_social_security(matched: bytes) -> bool:
    """A Hungarian TAJ: weights 3 and 7, MOD 10."""
    number = digits(matched)
    return weighted(number[:8], (3, 7) * 4) % 10 == number[8] and not are_one_digit(number)


def is_hu_tax(matched: bytes) -> bool:
    """A Hungarian tax identification: weights 1 to 9, MOD 11."""
    number = digits(matched)
    return weighted(number[:9], range(1, 10)) % 11 == number[9]


def is_lu_national_number(matched: bytes) -> bool:
    """A number of Luxembourg: a birthday, Luhn over twelve digits, Verhoeff over eleven and the last."""
    number = digits(matched)
    is_birthday = _is_date(int(matched[:4]), int(matched[4:6]), int(matched[6:8]))
    return is_birthday and luhn(number[:12]) and verhoeff([*number[:11], number[12]])


def is_pt_citizen_card(matched: bytes) -> bool:
    """A Portuguese citizen card with its version: Luhn, letters as 10 to 35."""
    total = 0
    for at, code in enumerate(reversed(bare(matched))):
        value = (code - 48 if code <= 57 else code - 55) * (2 if at % 2 else 1)
        total += value - 9 if at % 2 and value > 9 else value
    return total % 10 == 0


def is_ro_cnp(matched: bytes) -> bool:
    """A Romanian CNP: sex and century, a birthday, a county, MOD 11."""
    number = digits(matched)
    century = {1: 1900, 2: 1900, 3: 1800, 4: 1800, 5: 2000, 6: 2000}.get(number[0], 1900)
    county = int(matched[7:9])
    rest = weighted(number, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (
        _is_date(century + int(matched[1:3]), int(matched[3:5]), int(matched[5:7]))
        and (1 <= county <= 48 or county in (51, 52, 70, 80, 81, 82, 83))
        and (1 if rest == 10 else rest) == number[12]
    )


def is_si_emso(matched: bytes) -> bool:
    """A Slovenian EMŠO: a birthday with three digits of its year, MOD 11."""
    number = digits(matched)
    year = int(matched[4:7])
    is_birthday = _is_date(year + (2000 if year < 800 else 1000), int(matched[2:4]), int(matched[:2]))
    return is_birthday and -weighted(number, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11 % 10 == number[12]


def is_si_tax(matched: bytes) -> bool:
    """A Slovenian tax number: weights 8 to 2, MOD 11."""
    number = digits(matched)
    check = 11 - weighted(number[:7], range(8, 1, -1)) % 11
    return (0 if check == 10 else check) == number[7]


def is_fr_tax(matched: bytes) -> bool:
    """A French tax number: the last three digits are the remainder of the first ten by 511."""
    text = bare(matched)
    return int(text[:10]) % 511 == int(text[10:])


def is_pl_nip(matched: bytes) -> bool:
    """A Polish NIP: weights, MOD 11."""
    number = digits(matched)
    return weighted(number, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == number[9] and not are_one_digit(number)


def is_pl_identity_card(matched: bytes) -> bool:
    """A Polish identity card: the fourth place checks the others, letters as 10 to 35."""
    values = [code - 48 if code <= 57 else code - 55 for code in bare(matched)]
    return weighted(values[:3] + values[4:], (7, 3, 1, 7, 3, 1, 7, 3)) % 10 == values[3]


def is_be_identity_card(matched: bytes) -> bool:
    """A Belgian identity card: the last two digits are the remainder by 97."""
    text = bare(matched)
    return int(text[:10]) % 97 in (int(text[10:]), int(text[10:]) % 97)


def is_machine_readable_zone(matched: bytes) -> bool:
    """ICAO 9303, two lines of a passport: the digits of its number, birthday and expiry check them."""
    line = matched[-44:]
    return all(_icao(line[start:end]) == line[end] - 48 for start, end in ((0, 9), (13, 19), (21, 27)))


def has_digits_and_capitals(matched: bytes) -> bool:
    """Whether it is mixed: a number of digits alone is something else."""
    kinds = [48 <= code <= 57 for code in matched]
    return any(kinds) and not all(kinds) and sum(one != other for one, other in pairwise(kinds)) > 1


def _icao(field: bytes) -> int:
    values = (0 if code == 60 else code - 48 if code <= 57 else code - 55 for code in field)
    return weighted(list(values), (7, 3, 1) * 15) % 10


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
