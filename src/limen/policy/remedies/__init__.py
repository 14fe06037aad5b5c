"""What would turn a refusal: `search` finds the smallest sets of `candidate_changes`, `next_change` when time does."""
