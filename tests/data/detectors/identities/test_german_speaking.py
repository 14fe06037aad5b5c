"""Numbers of Germany, Austria and Switzerland, against python-stdnum."""

from __future__ import annotations

from tests.data.detectors.identities.agreeing import agrees


def test_they_agree() -> None:
    agrees("de-tax-id", "de.idnr", "###########")
    agrees("at-social-security", "at.vnr", "####01019#", "####31125#", narrower=True)  # months that there are not
    agrees("at-tax-number", "at.tin", "0#######", "#########", wider=True)  # offices that there are not
    agrees("ch-ahv", "ch.ssn", "756##########")
