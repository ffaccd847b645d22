"""Raw blocks and transactions, looked at without a store."""
