"""What clouds had in force when they were read last: their groups, and whether these are what network.yaml says."""
