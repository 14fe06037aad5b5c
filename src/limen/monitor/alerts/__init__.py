"""What a person should look at: findings folded into alerts, alerts into cases, verdicts that teach."""
