"""The section `[devices]` of `limen.toml`."""

from __future__ import annotations

from pathlib import Path

from limen.settings import Section


class DeviceSettings(Section):
    """What is believed of devices. What a healthy one is stands in `devices.yaml`."""

    tpm_makers: Path = Path("tpm-makers")
    """The folder with the certificates of makers of TPMs that you trust, in PEM or DER, read at start. A key counts as
    one in a TPM only if one of them vouches for that TPM. The path is relative to the company folder."""
