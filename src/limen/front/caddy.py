"""What Caddy is told: its JSON configuration for the company's settings and hosts. Pure.

Caddy ends TLS, redirects plain http, and hands everything else to Limen's socket as it came. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from limen.admission import Limits
from limen.enforcement.addresses import under
from limen.enforcement.headers import CERTIFICATE_FIELD, CONNECTION_FIELD
from limen.front.outage import FIELDS, FOR_PROGRAMS, outage_page
from limen.front.places import Places
from limen.settings import Settings

Json = dict[str, Any]

MAX_HEADER_BYTES: Final = 65_536
"""As many as Limen itself reads."""
ROOT_PATH: Final = "/limen-root.crt"
"""Where the root of the front's own authority is downloaded, on the sign-in host."""
MOST_REQUESTS: Final = 5_000
"""At Limen at once; a request beyond it waits for two seconds, and is refused then."""

_CLAIMS: Final = (
    CERTIFICATE_FIELD,
    "X-Forwarded-*",
    "X_forwarded_*",
    "X-Real-Ip",
    "X-Client-Ip",
    "True-Client-Ip",
    "Forwarded",
    "Via",
)
"""What only a proxy may say: taken from every client, before Caddy says its own."""
_CERTIFICATE: Final = {CERTIFICATE_FIELD: [":{http.request.tls.client.certificate_der_base64}:"]}
"""The client certificate (the form of RFC 9440). Without one it is the placeholder's name, which is none to Limen."""
_CONNECTION: Final = {CONNECTION_FIELD: ["{http.request.remote}"]}
"""Which connection a request came by: Limen tells its own listener whose it is."""
_HSTS_SECONDS: Final = {"acme": 365 * 86_400, "files": 365 * 86_400, "internal": 86_400}


def configuration(settings: Settings, hosts: Iterable[str], places: Places) -> Json:
    """The whole configuration. `hosts` are the apps' host names; the sign-in host is added."""
    sign_in = host_name(settings)
    own = {sign_in, settings.listen.certificate_domain} - {""}
    names = sorted({*own, *(host.lower() for host in hosts)})
    https = settings.https
    servers = {"https": _https_server(settings, names, places)}
    if https.http_port:
        servers["http"] = _http_server(settings, names, places)
    apps: Json = {
        "http": {"http_port": https.http_port or 80, "https_port": https.port, "servers": servers},
        "tls": _certificates(settings, names, places),
    }
    if https.mode == "internal":
        authority = {"name": f"{settings.name} (Limen)", "install_trust": False}
        apps["pki"] = {"certificate_authorities": {"local": authority}}
    return {
        "admin": {"listen": f"unix/{places.admin_socket}|0600", "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "INFO", "encoder": {"format": "json"}, "exclude": list(_UNHEARD)}}},
        "storage": {"module": "file_system", "root": str(places.store)},
        "apps": apps,
    }


def _asking(hosts: list[str], places: Places) -> list[Json]:
    """For these hosts browsers are asked for a device's certificate: a missing one is Limen's to judge (RFC 8446
    section 4.3.2 has no way to ask later, so it is asked for by host).
    """
    if not hosts:
        return []
    authority = {"provider": "file", "pem_files": [str(places.device_authority)]}
    asked = {"mode": "verify_if_given", "ca": authority}
    return [{"match": {"sni": hosts}, "protocol_min": "tls1.2", "client_authentication": asked}]


_UNHEARD: Final = ("admin.api", "http.log.error")
"""What would only tell of each request."""


def host_name(settings: Settings) -> str:
    """The sign-in host, without its port."""
    return (urlsplit(settings.public_url).hostname or "").lower()


def _https_server(settings: Settings, names: list[str], places: Places) -> Json:
    lifetime = _HSTS_SECONDS.get(settings.https.mode, 0)
    shown: Json = {"deferred": True, "delete": ["Via"]}
    if not settings.domain.endswith("localhost"):  # whose names every developer uses, with and without https
        shown["set"] = {"Strict-Transport-Security": [f"max-age={lifetime}"]}
    to_limen: Json = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"unix/{places.limen_socket}", "max_requests": MOST_REQUESTS}],
        "flush_interval": -1,
        "stream_close_delay": "24h",  # a reload is no reason to cut what is open: Limen does, when access ends
        "load_balancing": {
            "try_duration": "2s",
            "try_interval": "100ms",
            "retry_match": [{"method": ["NONE"]}],  # what Limen took and broke off is not asked again
        },
    }
    routes: list[Json] = []
    if settings.https.mode == "internal":
        routes.append(_root_route([host_name(settings)], places))
    asking = [name for name in names if under(name.encode(), settings.listen.certificate_domain)]
    for hosts, said in (
        (asking, _CONNECTION | _CERTIFICATE),
        ([one for one in names if one not in asking], _CONNECTION),
    ):
        routes += [
            {
                "match": [{"host": hosts}],
                "handle": [
                    {"handler": "headers", "request": {"delete": list(_CLAIMS)}},
                    {"handler": "headers", "request": {"set": said}},
                    {"handler": "headers", "response": {"delete": ["Server"]}},
                    {"handler": "headers", "response": shown},
                    to_limen,
                ],
                "terminal": True,
            }
        ] * bool(hosts)
    routes.append(_NOBODY)
    return {
        **_server(places.browsers_socket, {"wrapper": "tls"}),
        "protocols": ["h1", "h2"],
        "strict_sni_host": True,
        "tls_connection_policies": [*_asking(asking, places), {"protocol_min": "tls1.2"}],
        "automatic_https": {"disable_redirects": True, "disable_certificates": settings.https.mode == "files"},
        "routes": routes,
        "errors": {"routes": _outage_routes(settings)},
    }


def _http_server(settings: Settings, names: list[str], places: Places) -> Json:
    """Plain http: on to https, for our own hosts alone, and what an authority asks."""
    public = urlsplit(settings.public_url).port or 443  # where a router forwards, browsers know its port alone
    port = "" if public == 443 else f":{public}"
    onward = {
        "handler": "static_response",
        "status_code": "308",
        "headers": {
            "Location": [f"https://{{http.request.host}}{port}{{http.request.uri}}"],
            "Cache-Control": ["no-store"],
        },
    }
    routes = [{"match": [{"host": names}], "handle": [onward], "terminal": True}, _NOBODY]
    if settings.https.mode == "internal":
        routes.insert(0, _root_route([host_name(settings)], places))
    return {**_server(places.plain_socket), "automatic_https": {"disable": True}, "routes": routes}


def _server(socket: Path, *wrappers: Json) -> Json:
    """Connections come from Limen's own listener, which says whose they are before their first byte."""
    return {
        "listen": [f"unix/{socket}|0600"],
        "listener_wrappers": [{"wrapper": "proxy_protocol"}, *wrappers],
        "read_header_timeout": "10s",
        "read_idle_timeout": _STALLED,
        "write_idle_timeout": _STALLED,
        "idle_timeout": "2m",
        "max_header_bytes": MAX_HEADER_BYTES,
    }


_STALLED: Final = f"{Limits().stalled_seconds:.0f}s"
"""How long a body may pause, and an answer wait for its reader. What has nothing to say may be silent for longer."""

_NOBODY: Final[Json] = {
    "handle": [
        {"handler": "static_response", "status_code": "421", "close": True, "headers": {"Cache-Control": ["no-store"]}}
    ]
}
"""A host that is none of ours: misdirected (RFC 9110 section 15.5.20)."""


def _root_route(names: list[str], places: Places) -> Json:
    return {
        "match": [{"host": names, "path": [ROOT_PATH], "method": ["GET", "HEAD"]}],
        "handle": [
            {"handler": "headers", "response": {"set": {"Content-Type": ["application/x-x509-ca-cert"]}}},
            {"handler": "file_server", "root": str(places.public)},
        ],
        "terminal": True,
    }


def _outage_routes(settings: Settings) -> list[Json]:
    """Limen does not answer. People get the page, programs a line; what an app itself answers is never replaced."""
    is_full = {"expression": "{http.error.status_code} == 503"}
    is_down = {"expression": "{http.error.status_code} in [502, 504]"}

    def said(body: str, kind: str) -> Json:
        fields = {name: [value] for name, value in {**FIELDS, "Content-Type": kind}.items()}
        # Caddy would read `{…}` as a name to fill in.
        literal = body.replace("{", "\\{")
        return {"handler": "static_response", "status_code": "503", "headers": fields, "body": literal}

    page = said(outage_page(settings.name, settings.help.contact), "text/html; charset=utf-8")
    refused = {"handler": "static_response", "status_code": "503", "headers": {"Retry-After": ["2"]}}
    return [
        {"match": [is_full], "handle": [refused], "terminal": True},  # without a body: nothing that is not read
        {"match": [{**is_down, "header": {"Accept": ["*text/html*"]}}], "handle": [page], "terminal": True},
        {"match": [is_down], "handle": [said(FOR_PROGRAMS, "application/json")], "terminal": True},
    ]


def _certificates(settings: Settings, names: list[str], places: Places) -> Json:
    https = settings.https
    if https.mode == "files":
        return {"certificates": {"load_files": [{"certificate": str(places.certificate), "key": str(places.key)}]}}
    if https.mode == "internal":
        return {"automation": {"policies": [{"subjects": names, "issuers": [{"module": "internal"}]}]}}
    issuer: Json = {"module": "acme", "challenges": {"tls-alpn": {"alternate_port": https.port}}}
    issuer["challenges"]["http"] = {"alternate_port": https.http_port} if https.http_port else {"disabled": True}
    if not https.listen[0].is_unspecified:
        issuer["challenges"]["bind_host"] = str(https.listen[0])
    if https.acme_server:
        issuer["ca"] = https.acme_server
    if https.email:
        issuer["email"] = https.email
    if https.acme_ca_file is not None:
        issuer["trusted_roots_pem_files"] = [str(https.acme_ca_file)]
    return {"automation": {"policies": [{"subjects": names, "issuers": [issuer]}]}}
