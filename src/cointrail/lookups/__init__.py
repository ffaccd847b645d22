"""Single things looked up in a store: addresses, transactions, clusters, and what joins two of them."""
