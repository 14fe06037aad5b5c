"""Shared signals (OpenID SSF, CAEP, RISC): what happens here is told to others, and what they see is heard."""
