"""What identity keeps: its tables and queries, the only SQL of this pillar. Whoever calls holds the transaction."""
