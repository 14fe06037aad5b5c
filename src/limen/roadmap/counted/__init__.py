"""The journal's decisions, counted once for each hour and day that is over, and kept."""
