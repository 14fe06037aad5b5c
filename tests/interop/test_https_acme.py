"""`limen serve --https` gets its certificates by a real ACME exchange with a second Caddy, all on loopback."""

from __future__ import annotations

import ssl

from tests.interop.https_world import (
    DOMAIN,
    SIGN_IN,
    ask,
    authority,
    get,
    own_address,
    serving,
    set_up,
    trusting,
    until,
)


def test_certificates_come_by_themselves_for_the_sign_in_host_and_each_app(tmp_path):
    address = own_address()
    with authority(tmp_path / "authority", address) as acme:
        folder = tmp_path / "harbor"
        section = f'mode = "acme"\nacme_server = "{acme.url}"\nacme_ca_file = "{acme.root}"\nlisten = ["{address}"]'
        set_up(folder, section, port=443)
        with serving(folder) as limen:
            assert f"https answers on port 443 of {address}; port 80 redirects to it." in limen.said
            assert f"Certificates come from {acme.url} automatically" in limen.said

            def secure(name: str, path: str) -> bytes:
                try:
                    return ask(address, 443, get(path, name), context=trusting(acme.root), name=name)
                except (ssl.SSLError, ConnectionError):
                    return b""  # no certificate yet

            page = until(lambda: secure(SIGN_IN, "/sign-in"))
            assert page.startswith(b"HTTP/1.1 200 "), limen.log.read_text()
            assert b"<title>" in page
            refused = until(lambda: secure(f"wiki.{DOMAIN}", "/"))
            assert refused.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 303 ")), refused[:200]
            assert b"certificate for " in limen.log.read_bytes()

            plain = ask(address, 80, get("/a?b=1"))
            assert plain.startswith(b"HTTP/1.1 308 ")
            assert f"\r\nLocation: https://{SIGN_IN}/a?b=1\r\n".encode() in plain
