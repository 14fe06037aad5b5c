"""Names and email addresses in one canonical form."""

from __future__ import annotations

import pytest

from limen.identity.errors import UnfitError
from limen.identity.names import canonical_email, canonical_name, new_email


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" Ada@Harbor.Example ", "ada@harbor.example"),
        ("ａｄａ@harbor.example", "ada@harbor.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("straße@harbor.example", "strasse@harbor.example"),
        ("ada+news@harbor.example", "ada+news@harbor.example"),
        ("ада@harbor.example", "ада@harbor.example"),
    ],
)
def test_an_address_has_one_form(typed: str, canonical: str) -> None:
    assert canonical_email(typed) == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "@harbor.example",
        "ada@",
        "ada@@harbor.example@",
        "ada@har bor.example",
        "ada\u200b@harbor.example",
        "ada\u202e@harbor.example",
        "a\x00da@harbor.example",
        "ada\r\nBcc: x@harbor.example",
        ".ada@harbor.example",
        "a..da@harbor.example",
        "ada@-harbor.example",
        "ada@harbor_.example",
        "a" * 65 + "@harbor.example",
        "ada@" + "a" * 300 + ".example",
        '"ada"@harbor.example',
    ],
)
def test_what_is_no_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(UnfitError) as refused:
        canonical_email(typed)
    assert refused.value.field == "email"


def test_letters_of_two_scripts_in_one_name_are_refused() -> None:
    with pytest.raises(UnfitError, match="different alphabets"):
        canonical_email("\u0430da@harbor.example")  # a Cyrillic а before a Latin da


def test_a_canonical_address_stays_as_it_is() -> None:
    once = canonical_email("ADA@Bücher.example")
    assert canonical_email(once) == once


def test_a_name_has_single_spaces_and_nothing_invisible() -> None:
    assert canonical_name("  Ada \t  Harbor ") == "Ada Harbor"
    for name in ("", "   ", "Ada\u202eHarbor", "Ada\x07", "\ue000Ada", "x" * 81, "x" * 10_000):
        with pytest.raises(UnfitError):
            canonical_name(name)


def test_a_new_address_is_one_that_the_world_can_write_to_and_an_old_one_still_signs_in() -> None:
    assert new_email(" Lena@Acme.Example ") == "lena@acme.example"
    with pytest.raises(UnfitError) as refused:
        new_email("lena@acme")
    assert refused.value.field == "email"
    assert canonical_email("lena@acme") == "lena@acme"
