"""What would turn a refusal: `search.remedies` finds the smallest sets of `moves`, `foresight` when time alone does."""
