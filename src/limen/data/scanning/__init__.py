"""From bytes to what is in them: Hyperscan finds where to look, `re` what is there, checks and words how sure it is."""
