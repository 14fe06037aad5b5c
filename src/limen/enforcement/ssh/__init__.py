"""The door of SSH: certificates for minutes, each after a decision, and what hosts are told when one turns."""
