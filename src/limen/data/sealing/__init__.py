"""Sealed files: encrypted in the age format for a label and a period, signed, and opened only after a decision."""
