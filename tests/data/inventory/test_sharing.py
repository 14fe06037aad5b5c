from __future__ import annotations

from limen.data.inventory.model import Audience
from limen.data.inventory.sharing import is_inside, shared_with

OURS = ("harbor.example",)


def test_a_domain_is_the_companys_or_below_it_and_not_one_that_ends_alike() -> None:
    assert [is_inside(one, OURS) for one in ("harbor.example", "HARBOR.example.", "it.harbor.example")] == [True] * 3
    assert [is_inside(one, OURS) for one in ("notharbor.example", "harbor.example.evil.example", "")] == [False] * 3


def test_the_widest_audience_counts() -> None:
    def of(*addresses: str, domains: tuple[str, ...] = (), anyone: bool = False, company: bool = False) -> Audience:
        return shared_with(addresses, domains, OURS, anyone=anyone, company=company)[0]

    assert of("a@harbor.example") is Audience.NAMED
    assert of("a@harbor.example", company=True) is Audience.COMPANY
    assert of(domains=OURS) is Audience.COMPANY
    assert of("v@partner.example", company=True) is Audience.OUTSIDE
    assert of("v@partner.example", anyone=True) is Audience.ANYONE
    assert shared_with(["nobody"], (), OURS, anyone=False, company=False) == (Audience.OUTSIDE, ("nobody",))
    assert shared_with([""], (), OURS, anyone=False, company=False) == (Audience.OUTSIDE, ("unknown",))


def test_names_of_domains_are_bounded() -> None:
    _, domains = shared_with([f"a@d{n}.example" for n in range(100)], (), OURS, anyone=False, company=False)
    assert len(domains) == 20
