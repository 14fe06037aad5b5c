"""Numbers of people in the European Union, where they are not German: by which tax and social security know them."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.identities import further_checks as further, western_checks as western
from limen.data.detectors.identities.tables import numbers
from limen.data.model import Kind

DETECTORS: Final = (
    *numbers(
        Kind.IDENTITY,
        r"""
be-national-number | Rijksregisternummer (BE) | - | \d{2}[.]?\d{2}[.]?\d{2}-?\d{3}[.]?\d{2} | rijksregister, rijksregisternummer, registre national, numéro national, national register number
bg-personal-number | Единен граждански номер (BG) | - | \d{10} | егн, единен граждански номер, egn, personal number
cy-identity-card | Identity card number (CY) | - | \d{7,10} | αριθμός ταυτότητας, cyprus id, cypriot identity
cz-birth-number | Rodné číslo (CZ, SK) | - | \d{6}/?\d{3,4} | rodné číslo, rodne cislo, rč, birth number
dk-cpr | CPR-nummer (DK) | low | \d{6}-\d{4} | cpr, cpr nummer, cpr nr, personnummer
ee-personal-code | Isikukood (EE) | - | [1-8]\d{10} | isikukood, personal code
es-dni | DNI o NIE (ES) | medium | (?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z] | dni, NIE, nif, documento
es-social-security | Número de la Seguridad Social (ES) | - | \d{2}[ /]?\d{8}[ /]?\d{2} | seguridad social, número de afiliación, naf, nuss
fi-personal-code | Henkilötunnus (FI) | medium | \d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y] | henkilötunnus, hetu, personbeteckning
fr-nir | Numéro de sécurité sociale (FR) | medium | [12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2} | sécurité sociale, securite sociale, numéro de sécurité sociale, nir, insee
gr-social-security | ΑΜΚΑ (GR) | - | \d{11} | αμκα, amka
hr-oib | OIB (HR) | - | \d{11} | oib, osobni identifikacijski broj
hu-social-security | TAJ-szám (HU) | - | \d{3}[ -]?\d{3}[ -]?\d{3} | taj, taj szám, társadalombiztosítási
ie-pps | PPS number (IE) | - | \d{7}[A-Wa-w][ABHWTXabhwtx]? | pps, ppsn, pps number, personal public service
lt-personal-code | Asmens kodas (LT) | - | [1-9]\d{10} | asmens kodas, personal code
lu-national-number | Matricule (LU) | - | (?:18|19|20)\d{11} | matricule, matricule nationale, numéro d'identification national
lv-personal-code | Personas kods (LV) | - | \d{6}-\d{5} | personas kods, personal code
mt-identity-card | Identity card number (MT) | - | \d{3,7}[MGAPLHBZ] | identity card, karta tal identità, id card
nl-bsn | Burgerservicenummer (NL) | - | \d{4}[. ]?\d{2}[. ]?\d{3} | bsn, burgerservicenummer, sofinummer
pl-pesel | PESEL (PL) | - | \d{11} | pesel
pt-citizen-card | Cartão de cidadão (PT) | - | \d{8} ?\d ?[A-Z0-9]{2}\d | cartão de cidadão, cartao de cidadao, citizen card
ro-cnp | Cod numeric personal (RO) | - | [1-9]\d{12} | cnp, cod numeric personal
se-personal-number | Personnummer (SE) | medium | (?:19|20)?\d{6}[-+]\d{4} | personnummer, personal number, samordningsnummer
si-emso | EMŠO (SI) | - | \d{13} | emšo, emso, enotna matična številka občana
""",  # noqa: E501 -- a row is a line
        {
            "be-national-number": western.is_be_national_number,
            "bg-personal-number": further.is_bg_personal_number,
            "cz-birth-number": further.is_cz_birth_number,
            "dk-cpr": western.is_dk_cpr,
            "ee-personal-code": further.is_baltic_personal_code,
            "es-dni": western.is_es_dni,
            "es-social-security": further.is_es_social_security,
            "fi-personal-code": western.is_fi_personal_code,
            "fr-nir": western.is_fr_nir,
            "gr-social-security": further.is_gr_social_security,
            "hr-oib": further.is_hr_oib,
            "hu-social-security": further.is_hu_social_security,
            "ie-pps": western.is_ie_pps,
            "lt-personal-code": further.is_baltic_personal_code,
            "lu-national-number": further.is_lu_national_number,
            "lv-personal-code": further.is_lv_personal_code,
            "nl-bsn": western.is_nl_bsn,
            "pl-pesel": western.is_pl_pesel,
            "pt-citizen-card": further.is_pt_citizen_card,
            "ro-cnp": further.is_ro_cnp,
            "se-personal-number": western.is_se_personal_number,
            "si-emso": further.is_si_emso,
        },
    ),
    *numbers(
        Kind.TAX,
        r"""
fr-tax-number | Numéro fiscal (FR) | - | [0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3} | numéro fiscal, numero fiscal, spi, référence fiscale
gr-tax-number | ΑΦΜ (GR) | - | \d{9} | αφμ, afm
hu-tax-number | Adóazonosító jel (HU) | - | 8\d{9} | adóazonosító, adóazonosító jel, adoazonosito
it-fiscal-code | Codice fiscale (IT) | high | [A-Za-z]{6}[0-9LMNP-Vlmnp-v]{2}[A-EHLMPRSTa-ehlmprst][0-9LMNP-Vlmnp-v]{2}[A-Za-z][0-9LMNP-Vlmnp-v]{3}[A-Za-z] |
pl-nip | NIP (PL) | - | \d{3}-?\d{3}-?\d{2}-?\d{2} | nip
pt-nif | NIF (PT) | - | \d{3} ?\d{3} ?\d{3} | nif, contribuinte
si-tax-number | Davčna številka (SI) | - | [1-9]\d{7} | davčna številka, davcna stevilka
""",  # noqa: E501 -- a row is a line
        {
            "fr-tax-number": further.is_fr_tax,
            "gr-tax-number": further.is_gr_tax,
            "hu-tax-number": further.is_hu_tax,
            "it-fiscal-code": western.is_it_fiscal_code,
            "pl-nip": further.is_pl_nip,
            "pt-nif": western.is_pt_nif,
            "si-tax-number": further.is_si_tax,
        },
    ),
)
