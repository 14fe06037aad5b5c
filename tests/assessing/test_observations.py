"""What else exports show."""

from __future__ import annotations

from pathlib import Path

from tests.assessing.harbor import DOMAIN, Harbor
from tests.assessing.made import nothing, told_of

from limen.assessing.kinds import Provider
from limen.assessing.observations import observations
from limen.assessing.told import Consent, Domain

GOOD = Domain(
    DOMAIN, ("mx",), spf=("v=spf1 -all",), dmarc=("v=DMARC1; p=reject",), signing_keys=1, has_mta_sts=True, has_caa=True
)


def about(domain: Domain) -> int:
    told = nothing()
    told.domains[DOMAIN] = domain
    return len(list(observations(told, ())))


def test_a_domain_that_is_well_kept_has_nothing_to_say() -> None:
    assert about(GOOD) == 0


def test_each_record_that_is_missing_or_weak_is_said() -> None:
    assert about(Domain(DOMAIN, ("mx",))) == 5
    weak = Domain(DOMAIN, ("mx",), False, ("v=spf1 +all",), ("v=DMARC1; p=none",), 1, True, True)
    assert about(weak) == 2
    assert about(Domain(DOMAIN, ("mx",), False, ("v=spf1 -all",) * 2, GOOD.dmarc, 0, True, True, is_asked=True)) == 2


def test_wide_consents_and_openings_and_a_provider_without_an_export(tmp_path: Path) -> None:
    told = told_of(Harbor(people=3, days=1), tmp_path)
    told.domains[DOMAIN] = Domain(
        DOMAIN, ("mx",), False, GOOD.spf, GOOD.dmarc, 1, True, True, frozenset({Provider.GOOGLE})
    )
    found = [about for about, _ in observations(told, ("everybody can reach everything",))]
    assert found == ["firewall", "Notes Helper", "Google Workspace"]
    told.consents = [Consent(Provider.GOOGLE, str(n), f"App {n}", "", ("https://mail.google.com/",)) for n in range(30)]
    assert sum(about.startswith("App") for about, _ in observations(told, ())) == 20
