"""What whoever enrols a TPM verifies, by the library for TPMs, in an environment that has it. For the tests.

Reads the `tpm` of an enrolment as JSON, and prints a credential that only that TPM opens, and what is in it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tpm2_pytss import TPM2_ALG, TPM2_GENERATED, TPM2B_ATTEST, TPM2B_PUBLIC, TPMA_OBJECT, TPMS_ATTEST, TPMT_SIGNATURE
from tpm2_pytss.utils import make_credential


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


said = {name: decoded(value) for name, value in json.load(sys.stdin).items()}
ek, ak, key = (TPM2B_PUBLIC.unmarshal(said[name])[0] for name in ("ek_public", "ak_public", "key_public"))
if said["ek_certificate"]:
    leaf = x509.load_der_x509_certificate(said["ek_certificate"])
    assert load_pem_public_key(ek.to_pem()).public_numbers() == leaf.public_key().public_numbers()
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(Path(sys.argv[1]).read_bytes()))
assert ak.publicArea.objectAttributes & TPMA_OBJECT.RESTRICTED
for one in (ak, key):
    assert one.publicArea.objectAttributes & TPMA_OBJECT.FIXEDTPM
    assert one.publicArea.objectAttributes & TPMA_OBJECT.SENSITIVEDATAORIGIN
assert not key.publicArea.objectAttributes & TPMA_OBJECT.RESTRICTED
info = TPM2B_ATTEST.unmarshal(said["certify_info"])[0]
attested = TPMS_ATTEST.unmarshal(bytes(info.attestationData))[0]
assert attested.magic == TPM2_GENERATED.VALUE
assert bytes(attested.attested.certify.name) == bytes(key.get_name())
signature = TPMT_SIGNATURE.unmarshal(said["certify_signature"])[0]
assert signature.sigAlg == TPM2_ALG.ECDSA
r, s = (
    int.from_bytes(bytes(one), "big")
    for one in (signature.signature.ecdsa.signatureR, signature.signature.ecdsa.signatureS)
)
verifier = load_pem_public_key(ak.to_pem())
assert isinstance(verifier, ec.EllipticCurvePublicKey)
verifier.verify(encode_dss_signature(r, s), bytes(info.attestationData), ec.ECDSA(hashes.SHA256()))
secret = os.urandom(32)
credential, sealed = make_credential(ek, secret, ak.get_name())
jwk = load_pem_public_key(key.to_pem()).public_numbers()
print(
    json.dumps(
        {
            "credential": encoded(credential.marshal()),
            "secret": encoded(sealed.marshal()),
            "expected": encoded(secret),
            "x": encoded(jwk.x.to_bytes(32, "big")),
            "certificate": hashlib.sha256(said["ek_certificate"]).hexdigest() if said["ek_certificate"] else "",
        }
    )
)
