"""Ways to reach people, and what is said of them: addresses, health, pay. In bulk these are what leaks are made of."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.checksums import digits
from limen.data.detectors.expressions import BEYOND_ASCII, any_of, phrase
from limen.data.model import Confidence, Detector, Kind


def is_phone(matched: bytes) -> bool:
    """As many digits as telephone numbers have (E.164: at most 15), and no row of one digit."""
    number = digits(matched)
    return 8 <= len(number) <= 15 and len(set(number)) > 2


_CURRENCY: Final = "(?:[€$£]|EUR|USD|GBP|CHF)"
_AMOUNT: Final = any_of(
    rf"{_CURRENCY} ?\d{{1,3}}(?:[., ]\d{{3}}){{0,2}}(?:[.,]\d{{2}})?",
    rf"\d{{1,3}}(?:[., ]\d{{3}}){{1,2}}(?:[.,]\d{{2}})? ?{_CURRENCY}",
)

DETECTORS: Final = (
    Detector(
        "email-address",
        "Email address",
        Kind.CONTACT,
        r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}\b",
        longest=420,
        alone=Confidence.HIGH,
        rough=r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}\b",
    ),
    Detector(
        "phone-number",
        "Telephone number",
        Kind.CONTACT,
        r"(?:\+|\b00)\d{1,3}[ ./-]?\(?\d{1,5}\)?(?:[ ./-]?\d{2,5}){1,4}\b",
        longest=48,
        alone=Confidence.MEDIUM,
        words=("phone", "tel", "telephone", "mobile", "cell", "fax", "call", "telefon", "handy", "mobil", "rufnummer"),
        check=is_phone,
    ),
    Detector(
        "phone-number-us",
        "Telephone number (US)",
        Kind.CONTACT,
        r"(?:\(\d{3}\) ?|\b\d{3}[.-])\d{3}[.-]\d{4}\b",
        longest=15,
        alone=Confidence.LOW,
        words=("phone", "tel", "telephone", "mobile", "cell", "fax", "call"),
        check=is_phone,
    ),
    Detector(
        "street-address-de",
        "Street and town (German)",
        Kind.CONTACT,
        rf"\b[A-Z{BEYOND_ASCII}][A-Za-z.{BEYOND_ASCII}-]{{2,60}}"
        + any_of("straße", "strasse", r"str\.", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer")
        + r" ?\d{1,4} ?[a-z]?,? {0,2}\n? {0,2}(?:D-|A-|CH-)?\d{4,5} "
        + rf"[A-Z{BEYOND_ASCII}][a-z{BEYOND_ASCII}]{{2,40}}",
        longest=160,
        alone=Confidence.MEDIUM,
    ),
    Detector(
        "street-address",
        "Street address",
        Kind.CONTACT,
        r"\b\d{1,5} (?:[A-Z][A-Za-z'.-]{1,20} ){1,3}"
        + any_of("Street", "St", "Avenue", "Ave", "Road", "Rd", "Lane", "Ln", "Drive", "Dr", "Court", "Ct", "Close")
        + r"\b",
        longest=110,
        alone=Confidence.LOW,
        words=("address", "lives at", "resident", "delivery address", "billing address"),
    ),
    Detector(
        "birth-date",
        "Date of birth",
        Kind.IDENTITY,
        phrase("date of birth", "dob", "born(?: on)?", "geburtsdatum", "geboren(?: am)?", "geb")
        + r"[^\n\d]{0,12}(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})\b",
        longest=48,
        alone=Confidence.HIGH,
    ),
    Detector(
        "diagnosis-code",
        "Diagnosis (ICD-10)",
        Kind.HEALTH,
        r"\b[A-TV-Z]\d{2}\.\d{1,2}[GVZALRB]?\b",
        longest=8,
        alone=None,
        words=(
            "diagnosis",
            "diagnosed",
            "icd",
            "icd 10",
            "patient",
            "treatment",
            "diagnose",
            "befund",
            "patientin",
            "behandlung",
            "hauptdiagnose",
            "verdacht auf",
        ),
    ),
    Detector(
        "health-term",
        "Health of a person",
        Kind.HEALTH,
        phrase(
            "hiv[- ]?positi[vfe]{1,2}",
            "chemotherap(?:y|ie)",
            "schizophreni[ae]",
            "bipolar disorder",
            "bipolare störung",
            "depression",
            "diabetes mellitus",
            "multiple sclerosis",
            "multiple sklerose",
            "hepatitis [bc]",
            "cancer",
            "krebserkrankung",
            "pregnancy",
            "schwangerschaft",
            "sick leave",
            "krankschreibung",
            "arbeitsunfähigkeit",
            "disability",
            "schwerbehinderung",
            "burnout",
        ),
        longest=40,
        alone=Confidence.LOW,
        beside_words=Confidence.MEDIUM,
        words=(
            "patient",
            "diagnosis",
            "employee",
            "ms",
            "mr",
            "mrs",
            "mitarbeiter",
            "herr",
            "frau",
            "arzt",
            "doctor",
            "diagnose",
        ),
    ),
    Detector(
        "salary",
        "Pay of a person",
        Kind.PAYROLL,
        phrase(
            "salary",
            "gross pay",
            "net pay",
            "base pay",
            "annual pay",
            "wage",
            "bonus",
            "gehalt",
            "bruttogehalt",
            "nettogehalt",
            "jahresgehalt",
            "bruttolohn",
            "nettolohn",
            "lohn",
            "vergütung",
            "brutto",
            "netto",
        )
        + rf"[^\n\d$]{{0,30}}{_AMOUNT}",
        longest=120,
        alone=Confidence.MEDIUM,
        words=(
            "employee",
            "payroll",
            "payslip",
            "personnel",
            "mitarbeiter",
            "lohnabrechnung",
            "gehaltsabrechnung",
            "personalnummer",
        ),
    ),
)
