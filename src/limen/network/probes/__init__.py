"""What canaries try, to see whether the network is as it is stated."""
