"""LDAP directories, and Active Directory: who is in a group there (RFC 4511)."""
