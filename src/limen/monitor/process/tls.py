"""The TLS that senders of syslog meet (RFC 5425): ours shows its certificate, and they must show one that we issued."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from limen.monitor.link import Listen


def server_context(listen: Listen) -> ssl.SSLContext:
    """Raises ssl.SSLError where certificate and key are none, or don't belong together."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=listen.authority)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    with _in_a_file(listen.certificate + listen.key) as path:
        context.load_cert_chain(path)
    return context


@contextmanager
def _in_a_file(text: str) -> Iterator[str]:
    """A path to it, since OpenSSL takes nothing else here: in memory where the system has that, else for a moment in a
    file of our own.
    """
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("limen")
        try:
            os.write(handle, text.encode())
            yield f"/proc/self/fd/{handle}"
        finally:
            os.close(handle)
        return
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        yield file.name
