"""Rules over events, and what they find."""
