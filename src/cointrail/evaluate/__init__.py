"""Found against true: the only place that reads truth files."""
