from __future__ import annotations

from limen.importing.model import OidcRegistration
from limen.importing.registrations import NOWHERE, address_of, fit_oidc, opened_at

GOOD = "https://x.harbor.example/back"


def test_addresses_that_limen_refuses_are_left_out_by_name() -> None:
    wanted = OidcRegistration(
        "x", (GOOD, "http://x.harbor.example/back", "https://*.x/b"), ("javascript:alert(1)",), "ftp://x"
    )
    found, refused = fit_oidc(wanted)
    assert found is not None
    assert (found.redirect_uris, found.post_logout_uris, found.backchannel_logout_uri) == ((GOOD,), (), "")
    assert [field for field, _, _ in refused] == [
        "redirect_uris",
        "redirect_uris",
        "post_logout_uris",
        "backchannel_logout_uri",
    ]


def test_what_can_be_no_registration_is_none() -> None:
    assert fit_oidc(OidcRegistration("x", ()))[0] is None
    assert fit_oidc(OidcRegistration("x", tuple(f"{GOOD}{n}" for n in range(30))))[0] is None
    assert fit_oidc(OidcRegistration("x", (GOOD,), needs_pkce=False))[0] is not None


def test_where_people_open_it() -> None:
    assert address_of(("com.harbor.app:/x", GOOD)) == "https://x.harbor.example/"
    assert address_of(()) == ""
    assert opened_at("", "not an address", "https://y.example/", returns_to=(GOOD,)) == "https://y.example/"
    assert opened_at("https://a b/", returns_to=(GOOD,)) == "https://x.harbor.example/"
    assert opened_at(returns_to=("com.harbor.app:/x",)) == NOWHERE
