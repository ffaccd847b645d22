"""The rules as people read them: a card for each, and worked examples that the rule itself answers."""
