"""Moving from Authelia 4.37 to 4.39: configuration.yml, with its access control and clients, and users_database.yml.

Sources, read 2026-12: Authelia's documentation of its configuration (security / access control, first factor / file,
session, identity providers / OpenID Connect 1.0). Rules are read in their order, and the first that fits counts.
"""
