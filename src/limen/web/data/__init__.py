"""What people see of data: where it lies, what is found in it, and what is done about it."""
