"""What wraps sealing keys once more, beside the master key: files, a systemd credential, or a PKCS#11 token."""
