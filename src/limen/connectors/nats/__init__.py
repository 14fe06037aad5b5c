"""NATS JetStream: a durable queue that several machines put into and one takes from."""
