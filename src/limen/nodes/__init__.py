"""Several machines over one PostgreSQL: each writes a journal of its own, and keeps copies of all the others'."""
