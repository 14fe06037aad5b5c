"""Files that people write: parsed, with the line and column of every part, and what is wrong with them in words."""
