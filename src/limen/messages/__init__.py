"""What people read, in every language: looked up by its English text, for pages and for what is printed."""
