"""Pages of data: what people confirm, and what they are asked."""
