"""Rules for the firewalls there are, each in its own language, and each to be read back and proved equal."""
