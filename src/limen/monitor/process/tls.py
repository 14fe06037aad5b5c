"""The TLS that senders of syslog meet (RFC 5425): ours shows its certificate, and they must show one that we issued."""

from __future__ import annotations

import ssl

from limen.key_in_memory import path_to
from limen.monitor.link import Listen


def server_context(listen: Listen) -> ssl.SSLContext:
    """Raises ssl.SSLError where certificate and key are none, or don't belong together."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=listen.authority)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    with path_to(listen.certificate + listen.key) as path:
        context.load_cert_chain(path)
    return context
