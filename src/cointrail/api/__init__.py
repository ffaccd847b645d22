"""The HTTP API over the facade, and what serves it: typed, versioned, for this machine alone."""
