"""Private keys, and what stands in the files of programs: hashes of passwords, settings with a secret in them."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.structure import (
    is_base58_checked,
    is_basic_authorization,
    is_bech32,
    is_encoded_private_key,
    is_json_web_token,
)
from limen.data.detectors.secrets.tables import by_form

_BODY: Final = r"(?:\\[rn]|[\s\"'+>|]){1,12}(?:[A-Za-z-]{3,20}: [^\n]{1,90}(?:\\[rn]|\s){1,4}){0,4}[A-Za-z0-9+/=]{40}"
"""The first line of what a PEM file holds: a header alone is one that somebody writes about."""

_BY_FORM: Final = rf"""
private-key | Private key | -----BEGIN (?:[A-Z0-9]{{2,10}} ){{0,2}}PRIVATE KEY(?: BLOCK)?-----{_BODY}
putty-key | PuTTY private key | PuTTY-User-Key-File-[23]: [a-z0-9-]{{3,32}}
minisign-key | minisign secret key | untrusted comment: [^\n]{{0,100}}\r?\nRWRTY0Iy[A-Za-z0-9+/]{{40}}
encoded-private-key | Private key, encoded once more | LS0tLS1CRUdJTi[A-Za-z0-9+/]{{46}}
web-key | Private JSON Web Key | "d"\s{{0,3}}:\s{{0,3}}"[A-Za-z0-9_-]{{42,360}}"
age-secret-key | age secret key | AGE-SECRET-KEY-1[0-9A-Z]{{58}}
wireguard-key | WireGuard private key | (?:PrivateKey|PresharedKey)\s{{0,3}}=\s{{0,3}}[A-Za-z0-9+/]{{43}}=
nostr-key | Nostr private key | nsec1[a-z0-9]{{58}}
bitcoin-key | Bitcoin private key | [5KL][1-9A-HJ-NP-Za-km-z]{{50,51}}\b
bitcoin-extended-key | Bitcoin extended private key | [xyz]prv[1-9A-HJ-NP-Za-km-z]{{107}}\b
json-web-token | JSON Web Token | eyJ[A-Za-z0-9_-]{{10,300}}\.eyJ[A-Za-z0-9_-]{{10,600}}\.[A-Za-z0-9_-]{{10,120}}
bcrypt-hash | Password hash (bcrypt) | \$2[aby]\$\d\d\$[A-Za-z0-9./]{{53}}
sha-crypt-hash | Password hash (crypt) | \$[56]\$(?:rounds=\d{{4,9}}\$)?[A-Za-z0-9./]{{1,16}}\$[A-Za-z0-9./]{{43,86}}
yescrypt-hash | Password hash (yescrypt) | \$y\$[A-Za-z0-9./]{{2,8}}\$[A-Za-z0-9./]{{8,32}}\$[A-Za-z0-9./]{{43}}
argon2-hash | Password hash (Argon2) | \$argon2(?:id|i|d)\$v=19\$m=\d{{2,8}},t=\d{{1,4}},p=\d{{1,3}}\$[A-Za-z0-9+/]{{11,64}}\$[A-Za-z0-9+/]{{22,90}}
scrypt-hash | Password hash (scrypt) | \$7\$[A-Za-z0-9./]{{11,60}}\$[A-Za-z0-9./]{{43}}
apache-hash | Password hash (Apache) | \$apr1\$[A-Za-z0-9./]{{1,8}}\$[A-Za-z0-9./]{{22}}
django-hash | Password hash (Django) | pbkdf2_sha(?:256|512)\$\d{{4,8}}\$[A-Za-z0-9+/=]{{8,32}}\$[A-Za-z0-9+/=]{{43,90}}
ldap-hash | Password hash (LDAP) | \{{S?SHA(?:256|512)?\}}[A-Za-z0-9+/]{{27,120}}={{0,2}}
windows-hash | Password hashes (Windows) | [A-Za-z0-9._$-]{{1,24}}:\d{{3,7}}«:[0-9a-fA-F]{{32}}:[0-9a-fA-F]{{32}}:::»
kerberos-ticket | Kerberos ticket to be cracked | \$krb5(?:tgs|asrep)\$\d{{2}}\$[^\s$]{{1,120}}
otp-address | Secret of one-time codes | otpauth://[th]otp/[^\s?]{{1,120}}\?[A-Za-z0-9=&%._-]{{0,60}}secret=[A-Z2-7]{{16,64}}
basic-authorization | Name and password in a header | (?i)authorization["']{{0,1}}\s{{0,2}}[:=]\s{{0,2}}["']{{0,1}}basic [A-Za-z0-9+/]{{8,120}}={{0,2}}
bearer-authorization | Token in a header | (?i)authorization["']{{0,1}}\s{{0,2}}[:=]\s{{0,2}}["']{{0,1}}(?:bearer|token) [A-Za-z0-9_.~+/-]{{20,200}}
npmrc-password | Token of a package registry | _(?:authToken|auth|password)\s{{0,2}}=\s{{0,2}}[A-Za-z0-9+/=_-]{{16,120}}
docker-login | Login of a container registry | "auth"\s{{0,3}}:\s{{0,3}}"[A-Za-z0-9+/]{{12,160}}={{0,2}}"
netrc-password | Login for file transfers | machine [A-Za-z0-9.-]{{3,80}}\s{{1,4}}login \S{{1,64}}\s{{1,4}}password [!-~]{{6,64}}
curl-login | Login in a command | curl [^\n]{{0,120}}(?:-u|--user) ["']{{0,1}}[A-Za-z0-9._@-]{{1,40}}:[!-~]{{6,60}}
laravel-key | Laravel application key | APP_KEY=base64:[A-Za-z0-9+/]{{43}}=
"""  # noqa: E501 -- a row is a line

DETECTORS: Final = by_form(
    _BY_FORM,
    checks={
        "encoded-private-key": is_encoded_private_key,
        "age-secret-key": is_bech32,
        "nostr-key": is_bech32,
        "bitcoin-key": is_base58_checked,
        "bitcoin-extended-key": is_base58_checked,
        "json-web-token": is_json_web_token,
        "basic-authorization": is_basic_authorization,
        "docker-login": is_basic_authorization,
    },
)
