"""Numbers of people in the other countries of the European Union, against python-stdnum."""

from __future__ import annotations

import pytest
from tests.data.detectors.identities.agreeing import agrees

from limen.data.detectors.identities import further_checks as further

_FORMS = {
    "fr-nir": ("fr.nir", ("19#01##########", "29#12##########", "19#122A########", "29#052B########")),
    "es-dni": ("es.dni", ("########A",)),
    "it-fiscal-code": ("it.codicefiscale", ("RSSMRA8#A01H501A", "BNCLCU7#C41F205A", "AAAAAA##A##A###A")),
    "nl-bsn": ("nl.bsn", ("#########",)),
    "pl-pesel": ("pl.pesel", ("850101#####", "022101#####")),
    "pl-nip": ("pl.nip", ("##########",)),
    "pt-nif": ("pt.nif", ("#########",)),
    "pt-citizen-card": ("pt.cc", ("#########AA#", "#########A##")),
    "se-personal-number": ("se.personnummer", ("850101-####", "19850101-####")),
    "ie-pps": ("ie.pps", ("#######A", "#######AA", "#######AW")),
    "bg-personal-number": ("bg.egn", ("85####0###", "0#4###1###", "##########")),
    "cz-birth-number": ("cz.rc", ("8####0/####", "855#######", "##0101####")),
    "ee-personal-code": ("ee.ik", ("3#########0", "4850101####", "###########")),
    "gr-social-security": ("gr.amka", ("0101#######", "311284#####")),
    "gr-tax-number": ("gr.vat", ("#########",)),
    "hr-oib": ("hr.oib", ("###########",)),
    "lt-personal-code": ("lt.asmens", ("3850101####", "4991231####", "9##########")),
    "lv-personal-code": ("lv.pvn", ("0101#8-1####", "32####-#####")),
    "ro-cnp": ("ro.cnp", ("185010112###", "2#####40####", "185010140####")),
    "si-emso": ("si.emso", ("0101985######", "311298#######")),
    "si-tax-number": ("si.ddv", ("########",)),
    "fr-tax-number": ("fr.nif", ("#############", "0############", "3############")),
}
_WIDER = {
    "be-national-number": ("be.nn", ("850730#####", "000101#####")),  # births since 2000 in years to come
    "fi-personal-code": ("fi.hetu", ("010185-###A", "311299A###A")),  # numbers from 900 on, which are for a while
    "dk-cpr": ("dk.cpr", ("010185-####", "######-####")),  # days that are still to come
}


@pytest.mark.parametrize("detector", [*_FORMS, *_WIDER])
def test_they_agree(detector: str) -> None:
    module, forms = (_FORMS | _WIDER)[detector]
    one_digit = detector in {"gr-tax-number", "hr-oib", "pl-nip"}  # what people write for "none"
    agrees(detector, module, *forms, wider=detector in _WIDER, narrower=one_digit)


def test_numbers_that_python_stdnum_has_not() -> None:
    assert further.is_hu_social_security(b"111 111 110")
    assert not further.is_hu_social_security(b"111 111 111")
    assert further.is_es_social_security(b"281234567840")
    assert not further.is_es_social_security(b"281234567841")
