"""Ways to reach people, and what is said of them: addresses, health, pay. In bulk these are what leaks are made of."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.checksums import digits
from limen.data.model import Confidence, Detector, Kind


def is_phone(matched: bytes) -> bool:
    """As many digits as telephone numbers have (E.164: at most 15), and no row of one digit."""
    number = digits(matched)
    return 8 <= len(number) <= 15 and len(set(number)) > 2


_AMOUNT: Final = r"(?:[€$£]|EUR|USD|GBP|CHF) ?\d{1,3}(?:[., ]\d{3}){0,2}(?:[.,]\d{2})?|\d{1,3}(?:[., ]\d{3}){1,2}(?:[.,]\d{2})? ?(?:€|EUR|USD|GBP|CHF|\$|£)"

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
        r"\b[A-ZÄÖÜ][A-Za-zäöüß.-]{2,30}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer) ?\d{1,4} ?[a-z]?,? {0,2}\n? {0,2}(?:D-|A-|CH-)?\d{4,5} [A-ZÄÖÜ][a-zäöüß]{2,30}",
        longest=160,
        alone=Confidence.MEDIUM,
    ),
    Detector(
        "street-address",
        "Street address",
        Kind.CONTACT,
        r"\b\d{1,5} (?:[A-Z][A-Za-z'.-]{1,20} ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Close|Boulevard|Blvd|Way|Terrace|Place|Crescent|Gardens)\b",
        longest=110,
        alone=Confidence.LOW,
        words=("address", "lives at", "resident", "delivery address", "billing address"),
    ),
    Detector(
        "birth-date",
        "Date of birth",
        Kind.IDENTITY,
        r"(?i)\b(?:date of birth|dob|born(?: on)?|geburtsdatum|geboren(?: am)?|geb\.)[^\n\d]{0,12}(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})\b",
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
        r"(?i)\b(?:hiv[- ]?positi[vfe]{1,2}|chemotherap(?:y|ie)|schizophreni[ae]|bipolar disorder|bipolare störung|depression|diabetes mellitus|multiple sclerosis|multiple sklerose|hepatitis [bc]|cancer|krebserkrankung|pregnancy|schwangerschaft|sick leave|krankschreibung|arbeitsunfähigkeit|disability|schwerbehinderung|burnout)\b",
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
        rf"(?i)\b(?:salary|gross pay|net pay|base pay|annual pay|wage|bonus|gehalt|bruttogehalt|nettogehalt|jahresgehalt|bruttolohn|nettolohn|lohn|vergütung|brutto|netto)\b[^\n\d€$£]{{0,30}}(?:{_AMOUNT})",
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
