"""The device's key: P-256, in a TPM where there is one, else in a file that only the agent's user can read."""
