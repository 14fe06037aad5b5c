"""Numbers of people in the United States and the United Kingdom."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.identities import further_checks as further, western_checks as western
from limen.data.detectors.identities.tables import numbers
from limen.data.model import Kind

DETECTORS: Final = (
    *numbers(
        Kind.IDENTITY,
        r"""
us-ssn | Social security number (US) | medium | \d{3}-\d{2}-\d{4} | ssn, social security, social security number, soc sec, taxpayer
us-ssn-bare | Social security number (US), without dashes | - | \d{3} ?\d{2} ?\d{4} | ssn, social security, social security number
uk-nino | National insurance number (UK) | medium | (?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z] ?\d{2} ?\d{2} ?\d{2} ?[a-d]) | national insurance, ni number, nino, NIN
""",  # noqa: E501 -- a row is a line
        {"us-ssn": western.is_us_ssn, "us-ssn-bare": western.is_us_ssn, "uk-nino": western.is_uk_nino},
    ),
    *numbers(
        Kind.TAX,
        r"""
us-itin | Individual taxpayer number (US) | medium | 9\d{2}-\d{2}-\d{4} | itin, taxpayer, tax id, TIN
us-atin | Adoption taxpayer number (US) | - | 9\d{2}-93-\d{4} | atin, adoption
us-ptin | Tax preparer number (US) | - | P\d{8} | ptin, tax preparer, preparer
us-ein | Employer number (US) | - | \d{2}-\d{7} | EIN, FEIN, employer identification, tax id
uk-utr | Unique taxpayer reference (UK) | - | \d{5} ?\d{5} | utr, unique taxpayer reference, self assessment
""",
        {"us-itin": western.is_us_itin, "us-ein": further.is_us_ein, "uk-utr": further.is_uk_utr},
    ),
    *numbers(
        Kind.HEALTH,
        r"""
uk-nhs | NHS number (UK) | - | \d{3}[ -]?\d{3}[ -]?\d{4} | nhs, nhs number, patient, health service
us-medicare | Medicare number (US) | - | [1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2} | medicare, mbi, beneficiary
us-dea | DEA number (US) | - | [ABCDEFGHJKLMPRSTUX][A-Z9]\d{7} | DEA, dea number, prescriber, controlled substance
us-npi | National provider number (US) | - | [12]\d{9} | npi, national provider, provider number
""",  # noqa: E501 -- a row is a line
        {"uk-nhs": western.is_uk_nhs, "us-dea": further.is_us_dea, "us-npi": further.is_us_npi},
    ),
)
