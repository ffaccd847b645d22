"""How the tables of the case database came to be, step by step."""
