"""Events beyond one machine: NATS JetStream before the store, ClickHouse behind it, each where a setting says so."""
