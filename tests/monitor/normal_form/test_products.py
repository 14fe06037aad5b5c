from __future__ import annotations

from limen.monitor.normal_form.kinds import KINDS
from limen.monitor.normal_form.products import PRODUCTS, claimed, read_as


def test_a_products_own_word_needs_its_source_to_name_it() -> None:
    assert (claimed("Okta", ()), claimed("okta", ("okta",)), claimed("azure", ("m365",))) == ("okta", "", "entra")
    assert (claimed("linux", ("journald",)), claimed("linux", ()), claimed("shop", ())) == ("", "syslog", "")
    assert claimed("", ()) == ""


def test_what_was_read_of_a_product_may_be_read_so_again() -> None:
    assert {name for word in PRODUCTS.values() for name in read_as(word)} == set(PRODUCTS)
    assert read_as("") == ()


def test_products_are_called_as_kinds_are_where_there_is_one() -> None:
    assert PRODUCTS.keys() - KINDS.keys() == {"entra"}
