"""What lies in the company's stores: walked through, looked into, and whom it is shared with."""
