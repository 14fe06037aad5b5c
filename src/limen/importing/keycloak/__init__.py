"""Moving from Keycloak: an export of a realm as one file, as a folder with files of users, or a partial one.

Sources, read 2026-12: Keycloak's documentation on importing and exporting realms, on server administration (roles,
groups, clients, authentication flows, user storage) and on authorization services (policies, permissions, decision
strategies, enforcement modes).
"""
