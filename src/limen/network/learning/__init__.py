"""What goes over the network today: read from logs, counted, and proposed as flows before anything is cut."""
