"""VAT numbers of each country, against python-stdnum."""

from __future__ import annotations

import pytest
from tests.data.detectors.identities.agreeing import agrees

from limen.data.detectors.identities.vat_checks import CHECKS

_FORMS = {
    "AT": ("at.uid", "U########"),
    "BE": ("be.vat", "0#########"),
    "BG": ("bg.vat", "#########", "##########"),
    "CY": ("cy.vat", "########A"),
    "CZ": ("cz.dic", "########"),
    "DE": ("de.vat", "#########"),
    "DK": ("dk.cvr", "########"),
    "EE": ("ee.kmkr", "#########"),
    "EL": ("gr.vat", "#########"),
    "ES": ("es.nif", "B########", "########A", "X#######A", "K#######A", "Q#######A"),
    "FI": ("fi.alv", "########"),
    "FR": ("fr.tva", "###########", "A##########", "#A#########", "##000######"),
    "GB": ("gb.vat", "#########"),
    "HR": ("hr.oib", "###########"),
    "HU": ("hu.anum", "########"),
    "IE": ("ie.vat", "#######A", "#######AA", "#A#####A"),
    "IT": ("it.iva", "###########"),
    "LT": ("lt.pvm", "#######1#", "##########1#"),
    "LU": ("lu.tva", "########"),
    "LV": ("lv.pvn", "4##########", "9##########"),
    "MT": ("mt.vat", "########"),
    "NL": ("nl.btw", "#########B##"),
    "PL": ("pl.nip", "##########"),
    "PT": ("pt.nif", "#########"),
    "RO": ("ro.cui", "########", "##########", "######"),
    "SE": ("se.vat", "##########01"),
    "SI": ("si.ddv", "########"),
    "SK": ("sk.dph", "##########", "##2#######"),
}
_NARROWER = {"IE", "IT", "NL", "SK", "BG"}
"""Letters that are no longer given out, offices, sole traders' old numbers, and a person's number in place of one."""
_WIDER = {"BG", "IT", "DK", "SE", "IE", "NL", "LU"}
"""Offices that there are not, and birthdays."""


def test_each_country_of_the_union_has_one() -> None:
    assert set(CHECKS) == set(_FORMS)
    assert len(CHECKS) == 28


@pytest.mark.parametrize("country", _FORMS)
def test_they_agree(country: str) -> None:
    module, *forms = _FORMS[country]
    agrees("vat-number", module, *forms, prefix=country, narrower=country in _NARROWER, wider=country in _WIDER)
