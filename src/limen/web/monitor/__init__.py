"""What people see of what happens, and where programs send it."""
