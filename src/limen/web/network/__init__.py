"""What people see of the network in zones."""
