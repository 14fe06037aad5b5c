"""Which header fields are passed on, to an app and back from it, and which say who somebody is.

Identity is Limen's to say: whatever a client sends under such a name is taken away. Names are compared after `_` has
been mapped to `-`, because CGI, WSGI and PHP can't tell them apart; and as nginx does, a name with `_` in it never
passes at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from limen.enforcement.authorization import presented

Fields = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""RFC 9110 section 7.6.1; so is every field that `Connection` names."""

CONNECTION_FIELD = "X-Limen-Connection"
"""By which Limen's own front says which connection of a browser a request came by."""

CERTIFICATE_FIELD = "X-Limen-Certificate"
"""By which a trusted front sends the client certificate of the connection that a request came by."""

METHOD_OVERRIDES = frozenset({b"x-http-method", b"x-http-method-override", b"x-method-override"})
"""A request is judged by its own method, so nothing may change it behind the decision."""

PATH_OVERRIDES = frozenset({b"x-original-url", b"x-original-uri", b"x-rewrite-url", b"x-original-host", b"x-host"})

SAID_BY_PROXIES = frozenset(
    {
        b"forwarded",
        b"x-real-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"true-client-ip",
        b"cf-connecting-ip",
        b"fastly-client-ip",
        b"via",
        b"proxy",
        b"expect",
    }
)

IDENTITY = frozenset(
    {
        b"remote-user",
        b"remote-name",
        b"remote-email",
        b"remote-groups",
        b"x-user",
        b"x-userid",
        b"x-username",
        b"x-email",
        b"sm-user",
        b"sm-userdn",
        b"sm-universalid",
        b"kubeflow-userid",
        b"x-jwt-assertion",
    }
)

IDENTITY_PREFIXES = (
    b"x-limen",
    b"x-auth-request-",
    b"x-auth-",
    b"x-authenticated-",
    b"x-authentik-",
    b"x-pomerium-",
    b"x-remote-",
    b"x-webauth-",
    b"x-goog-iap-",
    b"x-goog-authenticated-",
    b"cf-access-",
    b"x-amzn-oidc-",
    b"x-ms-client-principal",
    b"x-ms-token-",
    b"x-ssl-",
    b"ssl-client-",
    b"x-client-cert",
    b"oidc-claim-",
    b"x-vouch-",
    b"tailscale-user-",
    b"x-consumer-",
    b"x-credential-",
)
"""Fields by which one proxy or another tells an app who is asking. From a client they are forgeries."""

STRIPPED = METHOD_OVERRIDES | PATH_OVERRIDES | SAID_BY_PROXIES | IDENTITY
"""Names that are taken from every client's request."""

STRIPPED_PREFIXES = (*IDENTITY_PREFIXES, b"x-forwarded-", b"x-envoy-")
"""Beginnings of names that are."""

KNOWN_BY_PREFIX: Mapping[bytes, frozenset[bytes]] = {
    prefix: frozenset(prefix + rest.encode() for rest in rests.split(" "))
    for prefix, rests in {
        b"x-limen": (
            " -assertion -user -email -name -groups -session -client -connection -cookie -authorization -location"
            " -refusal -certificate"
        ),
        b"x-auth-request-": "user email groups preferred-username access-token redirect",
        b"x-auth-": "user username name email groups roles token request",
        b"x-authenticated-": "user userid email groups",
        b"x-authentik-": (
            "username groups entitlements email name uid jwt meta-jwks meta-outpost meta-provider meta-app meta-version"
        ),
        b"x-pomerium-": "jwt-assertion claim-email claim-user claim-groups claim-name authorization",
        b"x-remote-": "user name email groups",
        b"x-webauth-": "user name email groups role",
        b"x-goog-iap-": "jwt-assertion",
        b"x-goog-authenticated-": "user-email user-id",
        b"cf-access-": "authenticated-user-email jwt-assertion client-id client-secret token",
        b"x-amzn-oidc-": "data identity accesstoken",
        b"x-ms-client-principal": " -id -idp -name",
        b"x-ms-token-": "aad-access-token aad-id-token aad-expires-on aad-refresh-token",
        b"x-ssl-": "cert client-cert client-dn client-verify client-s-dn client-cn client-serial user",
        b"ssl-client-": "cert verify s-dn i-dn subject-dn serial",
        b"x-client-cert": " -subject -dn -chain",
        b"oidc-claim-": "sub iss aud email name preferred-username given-name family-name groups roles",
        b"x-vouch-": "user idp-claims-email idp-claims-groups idp-claims-name idp-accesstoken idp-idtoken",
        b"tailscale-user-": "login name profile-pic",
        b"x-consumer-": "id custom-id username groups",
        b"x-credential-": "identifier username",
        b"x-forwarded-": (
            "for host proto port server ssl scheme prefix path uri url method by protocol tls-client-cert"
            " tls-client-cert-info client-cert user email groups preferred-username access-token"
        ),
        b"x-envoy-": (
            "original-path original-url original-host external-address internal peer-metadata peer-metadata-id"
            " decorator-operation force-trace max-retries retry-on upstream-rq-timeout-ms"
            " upstream-rq-per-try-timeout-ms"
        ),
    }.items()
}
"""Names in use that begin so: for fronts which can't take away a name by its beginning (stock nginx)."""

SINGLE = frozenset(
    {
        b"host",
        b"content-length",
        b"content-type",
        b"transfer-encoding",
        b"authorization",
        b"origin",
        b"referer",
        b"upgrade",
        b"expect",
        b"range",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"access-control-request-method",
    }
)
"""Fields where two values mean that two readers may pick different ones (RFC 9110 section 5.3)."""

COOKIE_PREFIX = b"__Host-limen"
_COOKIE_PREFIX_FOLDED = COOKIE_PREFIX.lower()


def is_stripped(name: bytes) -> bool:
    """Whether a field of this (lower-case) name from a client is taken away: identity, overrides, proxies' claims."""
    plain = name.replace(b"_", b"-")
    return plain in STRIPPED or b"_" in name or plain.startswith(STRIPPED_PREFIXES)


def known_stripped() -> frozenset[bytes]:
    """Every name in use that is stripped, written out."""
    return STRIPPED.union(*KNOWN_BY_PREFIX.values())


def forgery(fields: Fields) -> tuple[str, bytes] | None:
    """The first field that no honest client sends, with the word for it: it is taken away, and told of."""
    for name, _ in fields:
        plain = name.replace(b"_", b"-")
        if plain in IDENTITY or plain.startswith(IDENTITY_PREFIXES):
            return "identity-forged", name
        if plain in METHOD_OVERRIDES:
            return "method-overridden", name
        if plain in PATH_OVERRIDES:
            return "path-overridden", name
    return None


def repeated(fields: Fields) -> bytes | None:
    """The first field name that may occur once and occurs again, or None."""
    seen: set[bytes] = set()
    for name, _ in fields:
        if name in SINGLE:
            if name in seen:
                return name
            seen.add(name)
    return None


def named_by_connection(fields: Fields) -> frozenset[bytes]:
    """What `Connection` declares hop-by-hop; never a field that a decision or the framing rests on."""
    options = {
        option.strip().lower() for name, value in fields if name == b"connection" for option in value.split(b",")
    }
    return frozenset(options) - SINGLE - {b"cookie"}


def upstream_request(fields: Fields, ours: Iterable[tuple[bytes, bytes]]) -> Fields:
    """What goes on to the upstream: the client's end-to-end fields without claims and Limen's cookies, then `ours`."""
    dropped = HOP_BY_HOP | named_by_connection(fields)
    kept = [
        (name, value)
        for name, value in fields
        if name not in dropped
        and name not in {b"cookie", b"host"}
        and not is_stripped(name)
        and not (name == b"authorization" and presented(value) is not None)
    ]
    ours_gone = without_our_cookies(cookies(fields))
    if ours_gone:
        kept.append((b"cookie", ours_gone))
    kept.extend(ours)
    return kept


def downstream_response(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """What goes back to the client: end-to-end fields; an upstream can neither set our cookies nor speak for us."""
    lowered = [(name.lower(), value) for name, value in fields]
    dropped = HOP_BY_HOP | named_by_connection(lowered)
    return [
        (name, value)
        for name, value in lowered
        if name not in dropped
        and not name.startswith(b"x-limen")
        and not (name == b"set-cookie" and value.lstrip(b"= \t").lower().startswith(_COOKIE_PREFIX_FOLDED))
    ]


class TwiceError(ValueError):
    """Two cookies of the same name: no way to know which of them is meant."""


def cookie(header: bytes, name: bytes) -> bytes:
    """The value of the cookie with exactly this name (RFC 6265 section 4.2), b"" where there is none.

    Names are compared byte by byte: `__host-limen` or `__Host-limen-app2` is another cookie. Raises TwiceError.
    """
    wanted = name + b"="
    if b";" not in header:  # the one cookie of most requests
        return header[len(wanted) :] if header.startswith(wanted) else b""
    found = b""
    times = 0
    for pair in header.split(b";"):
        stripped = pair.strip(b" \t")
        if stripped.startswith(wanted):
            found = stripped[len(wanted) :]
            times += 1
    if times > 1:
        raise TwiceError
    return found


def without_our_cookies(header: bytes) -> bytes:
    """The cookies that belong to the app: ours stay here, and so does whatever could pass for ours."""
    if _COOKIE_PREFIX_FOLDED not in header.lower():
        return header
    kept = [
        pair for pair in (p.strip(b" \t") for p in header.split(b";")) if pair and not _is_ours(pair.partition(b"=")[0])
    ]
    return b"; ".join(kept)


OUR_COOKIES = frozenset({b"__Host-limen", b"__Host-limen-app", b"__Host-limen-start", b"__Host-limen-tie"})


def _is_ours(name: bytes) -> bool:
    return name.strip(b" \t") in OUR_COOKIES


def first(fields: Fields, name: bytes) -> bytes:
    """The first value of the field `name` (in lower case), b"" where it is missing."""
    for other, value in fields:
        if other == name:
            return value
    return b""


def cookies(fields: Fields) -> bytes:
    """The whole Cookie field, also where it came in several lines (RFC 9113 section 8.2.3)."""
    return b"; ".join(value for name, value in fields if name == b"cookie")
