"""What the amounts of a join tell, and what they leave open. Pure: one transaction, no store."""
