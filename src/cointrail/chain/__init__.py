"""What the ledger says: types, wire decoding, scripts, addresses, networks. No I/O."""
