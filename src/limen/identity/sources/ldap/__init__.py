"""People out of an LDAP directory or Active Directory: Limen asks it, again and again."""
