"""Numbers of passports, identity cards and driving licences. Few have a check digit: a word beside them has to be."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.identities import further_checks as further, western_checks as western
from limen.data.detectors.identities.tables import numbers
from limen.data.model import Kind

_PASSPORT: Final = "passport, passport number, passport no, reisepass, reisepassnummer, passnummer"
_LICENCE: Final = "driving licence, driver licence, driving license, driver license, drivers license, dl number"

DETECTORS: Final = numbers(
    Kind.IDENTITY,
    rf"""
machine-readable-zone | Machine-readable line of a document | high | P[A-Z<][A-Z]{{3}}[A-Z<]{{39}}\n?[A-Z0-9<]{{9}}\d[A-Z]{{3}}\d{{6}}\d[MFX<]\d{{6}}\d[A-Z0-9<]{{14}}[0-9<]\d |
de-identity-card | Ausweisnummer (DE) | - | [CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{{8}}\d | ausweis, personalausweis, ausweisnummer, reisepass, passnummer, identity card
at-passport | Passnummer (AT) | - | [A-Z] ?\d{{7}} | {_PASSPORT}
be-identity-card | Identity card (BE) | - | \d{{3}}-?\d{{7}}-?\d{{2}} | identiteitskaart, carte d'identité, identity card
eu-passport | Passport number (EU) | - | (?:[A-Z]{{1,2}}\d{{6,8}}|\d{{2}}[A-Z]{{2}}\d{{5}}|[A-Z]{{3}}\d{{6}}|[A-Z]{{2}}[A-Z0-9]{{6}}\d|[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{{7}}\d) | {_PASSPORT}, passeport, pasaporte, passaporto, paspoort, paszport, passaporte, pas, pass, cestovní pas, útlevél, pasaport
us-passport | Passport number (US) | - | (?:[A-Z]\d{{8}}|\d{{9}}) | {_PASSPORT}
uk-passport | Passport number (UK) | - | \d{{9}} | {_PASSPORT}
uk-driving-licence | Driving licence (UK) | medium | [A-Z]{{1,5}}9{{0,4}}\d[0156]\d[0-3]\d\d[A-Z9]{{2}}\d[A-Z]{{2}} | {_LICENCE}, licence
us-driving-licence | Driver's license (US) | - | (?:[A-Z]\d{{7,8}}|[A-Z]\d{{12}}|[A-Z]\d{{3}}-?\d{{4}}-?\d{{4}}|\d{{7,9}}) | {_LICENCE}
de-driving-licence | Führerscheinnummer (DE) | - | [A-Z0-9]\d{{2}}[A-Z0-9]{{6}}\d[A-Z0-9] | führerschein, führerscheinnummer, fahrerlaubnis, driving licence
pl-identity-card | Dowód osobisty (PL) | - | [A-Z]{{3}} ?\d{{6}} | dowód osobisty, dowod osobisty, seria i numer
it-identity-card | Carta d'identità (IT) | - | C[A-Z]\d{{5}}[A-Z]{{2}} | carta d'identità, carta d'identita, carta di identità
nl-identity-document | Paspoort of identiteitskaart (NL) | - | [A-NP-Z]{{2}}[A-NP-Z0-9]{{6}}\d | paspoort, identiteitskaart, documentnummer
""",  # noqa: E501 -- a row is a line
    {
        "machine-readable-zone": further.is_machine_readable_zone,
        "de-identity-card": western.is_de_identity_card,
        "uk-driving-licence": further.is_uk_driving_licence,
        "be-identity-card": further.is_be_identity_card,
        "pl-identity-card": further.is_pl_identity_card,
        "de-driving-licence": further.has_digits_and_capitals,
    },
)
