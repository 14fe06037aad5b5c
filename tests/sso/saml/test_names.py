"""What is accepted of algorithms."""

from __future__ import annotations

from limen.sso.saml import names


def test_nothing_weak_is_accepted() -> None:
    every = (*names.SIGNATURES, *names.DIGESTS)
    assert not [
        one for one in every if "sha1" in one or "hmac" in one or "md5" in one or "dsa-" in one.split("#")[1][:4]
    ]
    assert names.RSA_SHA256 in names.SIGNATURES
