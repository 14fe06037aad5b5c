"""VAT identification numbers of the European Union and the United Kingdom.

They are published, on every invoice: so none is surer than medium, and a rule that asks for high never sees one.
"""

from __future__ import annotations

from typing import Final

from limen.data.detectors.identities.tables import numbers
from limen.data.detectors.identities.vat_checks import CHECKS, is_vat_number
from limen.data.model import Confidence, Kind

_FORMS: Final = "|".join(rf"{country} ?{form}" for country, (form, _) in CHECKS.items())

DETECTORS: Final = numbers(
    Kind.TAX,
    rf"vat-number | VAT number | low | (?:{_FORMS}) | vat, vat no, vat number, vat id, ust id, ust idnr, ustid, uid, "
    r"umsatzsteuer, umsatzsteuer id, btw, tva, iva, moms, dph, nip, dič, p iva, partita iva, alv",
    {"vat-number": is_vat_number},
    surest=Confidence.MEDIUM,
)
