"""What drives of every vendor tell of sharing."""

from __future__ import annotations

from limen.connectors.google.sharing import GoogleSharing
from limen.connectors.microsoft.sharing import MicrosoftSharing
from limen.connectors.sharing import SharingDrive, address_in, digest_of, domain_in, permission_id


def test_both_vendors_answer_the_same_questions() -> None:
    asked = {name for name in vars(SharingDrive) if not name.startswith("_")}
    for vendors in (MicrosoftSharing, GoogleSharing):
        assert asked <= set(vars(vendors))


def test_what_strangers_wrote_is_an_address_a_domain_or_an_id_or_none() -> None:
    assert [address_in(one) for one in ("Mia@Harbor.example", "a@b c", "a\0@b.example", "@b", 7, "a@b@c")] == [
        "mia@harbor.example",
        *[""] * 5,
    ]
    assert [domain_in(one) for one in ("Harbor.example", "a b", "a@b", None)] == ["harbor.example", "", "", ""]
    assert permission_id("aTowIy5m=") == "aTowIy5m="
    odd = [permission_id(one) for one in ("a b", "", None, "\0", "x" * 401)]
    assert (len(set(odd)), {one[0] for one in odd}) == (4, {"?"})
    assert digest_of("\ud800") != digest_of("\0")
