"""What happens is seen: events of every source come in, detections find what is wrong, and risk takes access away."""
