"""Least privilege that is found and not guessed: what was never used, and what nobody stands behind any more."""
