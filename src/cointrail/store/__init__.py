"""The chain store: append-only columns, one commit point, snapshot reads."""
