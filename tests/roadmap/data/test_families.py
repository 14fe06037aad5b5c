from __future__ import annotations

from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.normal_form.kinds import KINDS, RESERVED
from limen.monitor.normal_form.products import PRODUCTS
from limen.roadmap.data.families import _OF_KIND, Family, families_of


def test_a_source_is_of_the_families_of_its_kind_and_products() -> None:
    assert families_of(LogSource("okta", Way.ASKED)) == {Family.IDENTITY, Family.CLOUD}
    assert families_of(LogSource("json", Way.HTTP)) == frozenset()
    both = LogSource("json", Way.HTTP, products=("suricata", "windows"))
    assert families_of(both) == {Family.NETWORK, Family.ENDPOINTS}


def test_each_kind_and_product_is_of_one_but_for_records_of_anything_and_web_servers() -> None:
    assert {*KINDS, *PRODUCTS} - RESERVED - _OF_KIND.keys() == {"json", "nginx", "apache"}
    assert _OF_KIND.keys() <= {*KINDS, *PRODUCTS}
