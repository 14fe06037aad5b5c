"""Which key a device gets: in a TPM where there is one that can be used, else in a file; and why, in a sentence."""

from __future__ import annotations

from limen_agent.errors import AgentError
from limen_agent.keys.device_key import DeviceKey
from limen_agent.keys.file_key import FileKey
from limen_agent.keys.tpm_key import TpmKey
from limen_agent.state.folder import StateFolder


def create_key(folder: StateFolder, wanted: str) -> tuple[DeviceKey, str]:
    """A new key, and what there is to say of where it is. `wanted` is auto, tpm or file. Raises AgentError."""
    if wanted != "file":
        try:
            return TpmKey.create(folder), "the key is in this machine's TPM and can't be copied"
        except AgentError as error:
            if wanted == "tpm":
                raise
            why = error.what
    else:
        why = "a file was asked for"
    return FileKey.create(folder), f"the key is in a file that only root may read ({why})"


def load_key(folder: StateFolder, kind: str) -> DeviceKey:
    """The key of this device. Raises AgentError."""
    return TpmKey.load(folder) if kind == "tpm" else FileKey.load(folder)
