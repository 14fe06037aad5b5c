"""What Limen keeps, taken away and brought back: backup, restore, upgrade with a way back, and the warm standby."""
