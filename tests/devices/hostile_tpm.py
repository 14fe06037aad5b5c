"""What somebody with a real TPM can try with it. Run by a Python that has the library for TPMs; JSON in, JSON out.

`attest`: what an honest agent says of a new key in `folder`. `activate`: what comes of opening a credential with that
key, as the agent does. `open`: the same, with a certifying key that is not this TPM's, loaded from outside: its public
part alone, or with the private part, where `private` is there (in hexadecimal).
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import tpm2_pytss as tss
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from limen_agent.errors import AgentError
from limen_agent.keys import tpm_key
from limen_agent.keys.tpm_key import TpmKey
from limen_agent.state.folder import StateFolder


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def outcome(said: dict[str, str]) -> dict[str, str]:
    task = sys.argv[1]
    try:
        if task == "attest":
            return TpmKey.create(StateFolder(Path(said["folder"]))).attestation()
        if task == "activate":
            key = TpmKey.load(StateFolder(Path(said["folder"])))
            return {"opened": key.activate(said["credential"], said["secret"])}
        return {"opened": opened(said)}
    except AgentError as error:
        return {"refused": error.what}


def opened(said: dict[str, str]) -> str:
    with tpm_key._session() as (_, tpm):
        public, _ = tss.TPM2B_PUBLIC.unmarshal(decoded(said["ak_public"]))
        private = None
        if "private" in said:
            key = derive_private_key(int(said["private"], 16), SECP256R1())
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            private = tss.TPM2B_SENSITIVE.from_pem(pem)
        ak = tpm.load_external(public, private, tss.ESYS_TR.NULL if private else tss.ESYS_TR.ENDORSEMENT)
        try:
            blob, _ = tss.TPM2B_ID_OBJECT.unmarshal(decoded(said["credential"]))
            sealed, _ = tss.TPM2B_ENCRYPTED_SECRET.unmarshal(decoded(said["secret"]))
            with tpm_key._endorsement(tss, tpm) as (ek, of_ek, _), tpm_key._may_use(tss, tpm, of_ek) as policy:
                secret = tpm.activate_credential(ak, ek, blob, sealed, session2=policy)
            return base64.urlsafe_b64encode(bytes(secret)).decode()
        finally:
            tpm.flush_context(ak)


print(json.dumps(outcome(json.load(sys.stdin))))
