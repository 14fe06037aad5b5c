"""The TLS that senders meet: no old protocol, nobody without a certificate, and no key on the disk."""

from __future__ import annotations

import ssl

import pytest

from limen.clock import SystemClock
from limen.monitor.link import Listen
from limen.monitor.process.tls import server_context
from limen.monitor.sources.proofs import server_certificate
from limen.private_authority import new_authority

NOW = SystemClock().now()


def listen() -> Listen:
    authority = new_authority("Harbor", NOW).authority
    certificate, key = server_certificate(authority, "logs.harbor.example", NOW)
    return Listen(tls="127.0.0.1:0", certificate=certificate, key=key, authority=authority.certificate)


def test_everybody_shows_a_certificate_in_a_protocol_of_today() -> None:
    context = server_context(listen())
    assert (context.verify_mode, context.minimum_version) == (ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_2)
    (authority,) = context.get_ca_certs()
    assert "Harbor" in str(authority["subject"])


def test_what_does_not_belong_together_is_refused() -> None:
    one, other = listen(), listen()
    for wrong in (
        Listen(certificate=one.certificate, key=other.key, authority=one.authority),
        Listen(certificate="", key="", authority=one.authority),
        Listen(certificate=one.certificate, key=one.key, authority="none"),
    ):
        with pytest.raises((ssl.SSLError, ValueError)):
            server_context(wrong)
