"""Pages of access: what is asked for, granted, and held."""
