"""Parse, call, print. Every command ends with 0 when all is well, 1 when something is wrong, 2 when called wrongly."""
