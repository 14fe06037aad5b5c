"""Whether a device's key is in a TPM 2.0: what its agent says of that, read within bounds, and proved."""
