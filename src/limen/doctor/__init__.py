"""What is wrong with a running or a stopped set-up, and the fix: each examination looks, and changes nothing."""
