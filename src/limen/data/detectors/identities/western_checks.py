"""Whether a number of a person is one that its country gives out: check digits, birthdays, ranges; on matched bytes."""

from __future__ import annotations

from datetime import date
from typing import Final

from limen.data.detectors.checksums import are_one_digit, bare, digits, luhn, mod_11_10, weighted


def is_us_ssn(matched: bytes) -> bool:
    """A number that the Social Security Administration gives out; area 987-65-432x and a few more are samples."""
    number = bare(matched)
    area, group, serial = number[:3], number[3:5], number[5:]
    samples = (b"078051120", b"219099999", b"123456789")
    return (
        area not in (b"000", b"666")
        and area < b"900"
        and group != b"00"
        and serial != b"0000"
        and number not in samples
    )


def is_us_itin(matched: bytes) -> bool:
    """A number of the IRS for whoever has no social security number: 9xx, and groups that are given out."""
    group = int(bare(matched)[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


def is_uk_nino(matched: bytes) -> bool:
    """A national insurance number: prefixes that are not given out are refused."""
    return bare(matched)[:2] not in (b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ")


def is_uk_nhs(matched: bytes) -> bool:
    """An NHS number: MOD 11, weights 10 to 2."""
    number = digits(matched)
    return not are_one_digit(number) and weighted(number[:9], range(10, 1, -1)) % 11 == (11 - number[9]) % 11


def is_de_tax(matched: bytes) -> bool:
    """A German tax id: of its first ten digits one comes two or three times; MOD 11,10."""
    number = digits(matched)
    times = sorted((number[:10].count(digit) for digit in set(number[:10])), reverse=True)
    return number[0] != 0 and times[0] in (2, 3) and times[1] == 1 and mod_11_10(number)


def is_de_social_security(matched: bytes) -> bool:
    """A German pension insurance number: area, birthday, letter, serial, check digit by weighted cross sums."""
    text = bare(matched)
    letter = text[8] - 64
    number = [*digits(text[:8]), letter // 10, letter % 10, *digits(text[9:11])]
    products = (digit * weight for digit, weight in zip(number, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    total = sum(one // 10 + one % 10 for one in products)
    day, month = int(text[2:4]), int(text[4:6])
    return 1 <= month <= 12 and 1 <= day <= 99 and total % 10 == text[11] - 48


def is_de_health_insurance(matched: bytes) -> bool:
    """A German health insurance number: a letter, nine digits, the last checks them (weights 1 and 2, cross sums)."""
    text = bare(matched)
    letter = text[0] - 64
    number = [letter // 10, letter % 10, *digits(text[1:9])]
    total = sum(
        one // 10 + one % 10 for one in (digit * weight for digit, weight in zip(number, (1, 2) * 5, strict=True))
    )
    return total % 10 == text[9] - 48


def is_de_identity_card(matched: bytes) -> bool:
    """A number of a German identity card or passport with its check digit: ICAO 9303, weights 7, 3, 1."""
    text = bare(matched)
    values = [code - 48 if code <= 57 else code - 55 for code in text[:9]]
    return any(code <= 57 for code in text[1:9]) and weighted(values, (7, 3, 1) * 3) % 10 == text[9] - 48


def is_at_social_security(matched: bytes) -> bool:
    """An Austrian social insurance number: the fourth digit checks the others, MOD 11."""
    number = digits(matched)
    rest = weighted(number, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    return number[0] != 0 and rest == number[3] and 1 <= number[6] * 10 + number[7] <= 15


def is_ch_ahv(matched: bytes) -> bool:
    """A Swiss AHV number: 756, and the check digit of EAN-13."""
    number = digits(matched)
    return weighted(number, (1, 3) * 7) % 10 == 0


def is_fr_nir(matched: bytes) -> bool:
    """A French social security number: the last two digits are 97 less the remainder; Corsica has letters."""
    text = bare(matched)
    number = text[:13].replace(b"2A", b"19").replace(b"2B", b"18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:15])


def is_es_dni(matched: bytes) -> bool:
    """A Spanish DNI or NIE: the letter is the remainder by 23."""
    text = bare(matched)
    number = int(text[:-1].replace(b"X", b"0").replace(b"Y", b"1").replace(b"Z", b"2"))
    return b"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == text[-1]


_ODD: Final = dict(
    zip(
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)


_AS_DIGITS: Final = bytes.maketrans(b"LMNPQRSTUV", b"0123456789")
"""Letters that stand for digits where two people would have the same code."""


def is_it_fiscal_code(matched: bytes) -> bool:
    """An Italian fiscal code: the last letter is a sum over odd and even places."""
    text = matched.upper()
    total = sum(_ODD[code] for code in text[0:15:2])
    total += sum(code - 48 if code <= 57 else code - 65 for code in text[1:15:2])
    year = int(text[6:8].translate(_AS_DIGITS))
    month = b"ABCDEHLMPRST".find(text[8]) + 1
    day = int(text[9:11].translate(_AS_DIGITS)) % 40  # that of a woman is 40 more
    is_birthday = _is_date(1900 + year, month, day) or _is_date(2000 + year, month, day)
    return is_birthday and total % 26 + 65 == text[15]


def is_nl_bsn(matched: bytes) -> bool:
    """A Dutch citizen service number: the test of eleven."""
    number = digits(matched)
    return not are_one_digit(number) and weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def is_be_national_number(matched: bytes) -> bool:
    """A Belgian national register number: 97 less the remainder, with a 2 in front for births since 2000."""
    number = bare(matched)
    check = int(number[9:])
    return check in (97 - int(number[:9]) % 97, 97 - int(b"2" + number[:9]) % 97) and int(number[2:4]) % 20 <= 12


def is_pl_pesel(matched: bytes) -> bool:
    """A Polish PESEL: a birthday whose month tells the century, weights 1, 3, 7, 9."""
    number = digits(matched)
    month = (number[2] * 10 + number[3]) % 20
    day = number[4] * 10 + number[5]
    return 1 <= month <= 12 and 1 <= day <= 31 and weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def is_pt_nif(matched: bytes) -> bool:
    """A Portuguese tax number: weights 9 to 2, MOD 11."""
    number = digits(matched)
    check = 11 - weighted(number[:8], range(9, 1, -1)) % 11
    return number[0] != 0 and (0 if check >= 10 else check) == number[8]


def is_se_personal_number(matched: bytes) -> bool:
    """A Swedish personal number: a birthday, and Luhn over ten digits."""
    number = digits(matched)[-10:]
    day = number[4] * 10 + number[5]
    return 1 <= number[2] * 10 + number[3] <= 12 and 1 <= (day - 60 if day > 60 else day) <= 31 and luhn(number)


def is_fi_personal_code(matched: bytes) -> bool:
    """A Finnish personal identity code: the last character is the remainder by 31."""
    text = matched.upper()
    if not _is_date(2000 + int(text[4:6]), int(text[2:4]), int(text[0:2])):
        return False
    return b"0123456789ABCDEFHJKLMNPRSTUVWXY"[int(text[:6] + text[7:10]) % 31] == text[10]


def is_ie_pps(matched: bytes) -> bool:
    """An Irish PPS number: MOD 23, the second letter counts nine times."""
    text = matched.upper()
    second = text[8] - 64 if text[8:9] in (b"A", b"B", b"H") else 0
    total = weighted(digits(text[:7]), range(8, 1, -1)) + 9 * second
    return b"WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == text[7]


def is_dk_cpr(matched: bytes) -> bool:
    """A Danish CPR number: a birthday; its check digit is not given out any more."""
    number = bare(matched)
    return _is_date(2000 + int(number[4:6]), int(number[2:4]), int(number[:2]))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
