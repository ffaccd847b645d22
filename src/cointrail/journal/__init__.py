"""Cases that are kept: an append-only, hash-chained journal, and the case as a fold over it."""
