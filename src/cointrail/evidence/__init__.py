"""Evidence that a stranger can check: proofs, bags, and the program that checks them."""
