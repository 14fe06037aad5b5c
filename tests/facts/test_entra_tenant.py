"""A tenant's registration says who signs its hints, and where the one answer goes."""

from __future__ import annotations

from limen.facts.entra_tenant import CLOUDS, EntraTenant


def test_its_issuer_and_the_address_of_answers_are_of_its_cloud() -> None:
    tenant = EntraTenant("t", "c", authority=CLOUDS["us-government"])
    assert tenant.issuer == "https://login.microsoftonline.us/t/v2.0"
    assert tenant.redirect_uri == "https://login.microsoftonline.us/common/federation/externalauthprovider"
    assert EntraTenant("t", "c").issuer == "https://login.microsoftonline.com/t/v2.0"
