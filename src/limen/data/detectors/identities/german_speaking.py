"""Numbers of people in Germany, Austria, Switzerland and Liechtenstein."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.identities import further_checks as further, western_checks as western
from limen.data.detectors.identities.tables import numbers
from limen.data.model import Kind

DETECTORS: Final = (
    *numbers(
        Kind.TAX,
        r"""
de-tax-id | Steuer-ID (DE) | - | [1-9]\d ?\d{3} ?\d{3} ?\d{3} | steuer id, steuerid, steueridentifikationsnummer, identifikationsnummer, idnr, steuernummer, tax id, TIN
de-tax-number | Steuernummer (DE) | - | (?:\d{2,3}[ /]\d{3,4}[ /]\d{4,5}|\d{13}) | steuernummer, steuernr, st nr, finanzamt
at-tax-number | Steuernummer (AT) | - | \d{2}[ -]?\d{3}/?\d{4} | steuernummer, steuernr, abgabenkontonummer, finanzamt
""",  # noqa: E501 -- a row is a line
        {"de-tax-id": western.is_de_tax, "de-tax-number": further.is_de_tax_number, "at-tax-number": further.is_at_tax},
    ),
    *numbers(
        Kind.IDENTITY,
        r"""
de-social-security | Sozialversicherungsnummer (DE) | medium | \d{2} ?\d{6} ?[A-Za-z] ?\d{2} ?\d | sozialversicherung, sozialversicherungsnummer, sv nummer, rentenversicherung, rentenversicherungsnummer, versicherungsnummer, rvnr
at-social-security | Sozialversicherungsnummer (AT) | - | \d{4} ?\d{6} | sozialversicherung, sozialversicherungsnummer, svnr, sv nummer, versicherungsnummer
ch-ahv | AHV-Nummer (CH) | high | 756[.]?\d{4}[.]?\d{4}[.]?\d{2} |
""",  # noqa: E501 -- a row is a line
        {
            "de-social-security": western.is_de_social_security,
            "at-social-security": western.is_at_social_security,
            "ch-ahv": western.is_ch_ahv,
        },
    ),
    *numbers(
        Kind.HEALTH,
        r"""
de-health-insurance | Krankenversichertennummer (DE) | - | [A-Z]\d{9} | krankenversicherung, versichertennummer, krankenkasse, kvnr, gesundheitskarte, health insurance
de-physician | Arztnummer (DE) | - | \d{9} | arztnummer, lanr, betriebsstättennummer
""",  # noqa: E501 -- a row is a line
        {"de-health-insurance": western.is_de_health_insurance, "de-physician": further.is_de_physician},
    ),
)
