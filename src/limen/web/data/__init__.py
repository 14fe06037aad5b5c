"""Pages on what was found in documents."""
