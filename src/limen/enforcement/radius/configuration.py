"""The whole configuration of FreeRADIUS 3.2, written by Limen: who may ask, how, and where it asks Limen.

FreeRADIUS speaks RADIUS and EAP-TLS; it decides nothing and knows nobody. Nothing that a client can send is part of a
text that is interpreted here: attributes go to Limen by the encoder of its `rest` module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from limen.errors import LimenError

WAITS_SECONDS: Final = 50
"""For how long Limen may leave a question unanswered, with some seconds to spare for the way."""
_FORBIDDEN: Final = frozenset('"\\\n\r$%{}')

_MAIN: Final = """# Written by `limen radius config`. Changes made here are lost; see docs/how-to/vpn-and-wifi.md.
prefix = /usr
exec_prefix = /usr
sysconfdir = {folder}
localstatedir = {folder}
libdir = {libraries}
logdir = {folder}
run_dir = {folder}
raddbdir = {folder}
max_request_time = 60
cleanup_delay = 5
max_requests = 4096
hostname_lookups = no
security {{
    allow_core_dumps = no
    max_attributes = 100
    reject_delay = 1
    status_server = no
    require_message_authenticator = yes
    limit_proxy_state = yes
}}
log {{
    destination = stdout
    auth = no
    auth_badpass = no
    auth_goodpass = no
}}
proxy_requests = no
thread pool {{
    start_servers = 4
    max_servers = 64
    min_spare_servers = 2
    max_spare_servers = 8
    max_requests_per_server = 0
}}
modules {{
    always reject {{
        rcode = reject
    }}
    always ok {{
        rcode = ok
    }}
    always handled {{
        rcode = handled
    }}
    always fail {{
        rcode = fail
    }}
    $INCLUDE {folder}/rest.conf
    $INCLUDE {folder}/eap.conf
}}
$INCLUDE {folder}/clients.conf
$INCLUDE {folder}/server.conf
"""

_EAP: Final = """eap {{
    default_eap_type = tls
    timer_expire = 60
    ignore_unknown_eap_types = no
    max_sessions = 4096
    tls-config limen {{
        private_key_file = {folder}/server.key
        certificate_file = {folder}/server.pem
        ca_file = {folder}/devices.pem
        auto_chain = no
        check_crl = no
        tls_min_version = "1.2"
        tls_max_version = "1.3"
        cipher_list = "ECDHE+AESGCM:ECDHE+CHACHA20"
        ecdh_curve = ""
        fragment_size = 1024
        include_length = yes
        cache {{
            enable = no
        }}
    }}
    tls {{
        tls = limen
        virtual_server = limen_devices
    }}
}}
"""

_REST: Final = """rest {{
    connect_uri = "{url}"
    connect_timeout = 4.0
    tls {{
{trust}        check_cert = yes
        check_cert_cn = yes
    }}
    authorize {{
        uri = "{url}/radius/login"
        method = "post"
        body = "json"
        timeout = {timeout}.0
    }}
    post-auth {{
        uri = "{url}/radius/device"
        method = "post"
        body = "json"
        timeout = 10.0
    }}
    accounting {{
        uri = "{url}/radius/accounting"
        method = "post"
        body = "json"
        timeout = 10.0
    }}
    pool {{
        start = 0
        min = 0
        max = 64
        spare = 4
        uses = 0
        retry_delay = 1
        lifetime = 0
        idle_timeout = 60
    }}
}}
"""

_CLIENT: Final = """client limen_{number} {{
    ipaddr = {network}
    secret = "{secret}"
    shortname = "{network}"
    require_message_authenticator = yes
    limit_proxy_state = yes
    virtual_server = limen
    limit {{
        max_connections = 16
        lifetime = 0
        idle_timeout = 30
    }}
}}
"""

_SERVER: Final = """server limen {{
    listen {{
        type = auth
        ipaddr = {address}
        port = {port}
    }}
    listen {{
        type = acct
        ipaddr = {address}
        port = {accounting}
    }}
    authorize {{
        update request {{
            &Tmp-String-0 := "%{{client:shortname}}"
            &Tmp-String-2 := "%{{Packet-Src-IP-Address}}"
        }}
        update control {{
            &REST-HTTP-Header += "Authorization: Bearer {token}"
        }}
        if (&EAP-Message) {{
            eap {{
                ok = return
            }}
        }}
        else {{
            rest
            if (notfound || userlock || fail || invalid) {{
                reject
            }}
            if (&control:Tmp-String-1 == "ask") {{
                update control {{
                    &Auth-Type := ask
                }}
            }}
            elsif (&control:Tmp-String-1 == "accept") {{
                update control {{
                    &Auth-Type := Accept
                }}
            }}
            else {{
                reject
            }}
        }}
    }}
    authenticate {{
        eap
        Auth-Type ask {{
            update control {{
                &Response-Packet-Type := Access-Challenge
            }}
            handled
        }}
    }}
    post-auth {{
        Post-Auth-Type REJECT {{
            eap
        }}
    }}
    preacct {{
        update request {{
            &Tmp-String-0 := "%{{client:shortname}}"
            &Tmp-String-2 := "%{{Packet-Src-IP-Address}}"
        }}
    }}
    accounting {{
        update control {{
            &REST-HTTP-Header += "Authorization: Bearer {token}"
        }}
        rest
        if (notfound || userlock || reject || fail || invalid) {{
            fail
        }}
        ok
    }}
}}

# Asked before EAP-TLS succeeds: later, a refusal would carry the message and the keys of a success.
server limen_devices {{
    authorize {{
        update control {{
            &REST-HTTP-Header := "Authorization: Bearer {token}"
        }}
        rest.post-auth
        if (&control:Tmp-String-1 != "accept") {{
            reject
        }}
        update control {{
            &Auth-Type := Accept
        }}
    }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRadius:
    """What FreeRADIUS is told. `folder` is where it reads this; `secrets` are its clients', by their networks.

    `url` is where Limen is, `token` what FreeRADIUS knows itself to it by, and `trusts` the file with the authority of
    Limen's own certificate ("": that of the system). Certificates and the key are PEM.
    """

    folder: Path
    url: str
    token: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    certificate: str
    key: str = field(repr=False)
    devices: str
    address: str = "*"
    port: int = 1812
    accounting: int = 1813
    trusts: str = ""
    libraries: str = "/usr/lib/freeradius"


def files(said: FreeRadius) -> dict[str, str]:
    """Each file's text by its name. Raises LimenError for a value that would mean something else in it."""
    folder = str(said.folder)
    for value in (folder, said.url, said.token, said.address, said.trusts, said.libraries, *said.secrets.values()):
        if _FORBIDDEN & set(value) or not value.isprintable():
            raise LimenError(f"{value[:40]!r} can't be written for FreeRADIUS", "use letters, digits, '-', '_' and '/'")
    clients = [
        _CLIENT.format(number=number, network=ip_network(network), secret=secret)
        for number, (network, secret) in enumerate(sorted(said.secrets.items()))
    ]
    trust = f'        ca_file = "{said.trusts}"\n' if said.trusts else ""
    ports = {"address": said.address, "port": said.port, "accounting": said.accounting}
    return {
        "radiusd.conf": _MAIN.format(folder=folder, libraries=said.libraries),
        "eap.conf": _EAP.format(folder=folder),
        "rest.conf": _REST.format(url=said.url, trust=trust, timeout=WAITS_SECONDS + 5),
        "clients.conf": "\n".join(clients),
        "server.conf": _SERVER.format(token=said.token, **ports),
        "server.pem": said.certificate,
        "server.key": said.key,
        "devices.pem": said.devices,
    }


def write(said: FreeRadius) -> None:
    """Write them so that nobody but their owner reads any of them."""
    said.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files(said).items():
        path = said.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
