"""What a change of policies opens and shuts: `comparing.newly_reachable` finds it exactly, `said` says it in words."""
