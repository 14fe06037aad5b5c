"""OPNsense, asked by its API."""
