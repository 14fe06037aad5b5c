"""What is done about an alert: by somebody who looks at it, or by itself where a playbook says so. All of it ends."""
