"""One person, one account; one account, one person: what speaks against it, as a list to work off."""
