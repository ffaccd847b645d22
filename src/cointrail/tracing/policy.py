"""The policies by which value divides inside a transaction, and what each is worth."""

from __future__ import annotations

from enum import StrEnum


class Policy(StrEnum):
    """How the satoshi of inputs are said to become those of outputs.

    All are conventions: the ledger does not say which input paid which output. So none is the default.
    """

    FIFO = "fifo"
    """The first satoshi in are the first out, in the order of inputs and outputs."""
    LIFO = "lifo"
    """The same, with the inputs taken from the last to the first."""
    HAIRCUT = "haircut"
    """Every output and the fee get a share in proportion to their value."""
    TIHO = "tiho"
    """The outputs of the highest value get it first, the fee last."""
    TILO = "tilo"
    """The outputs of the lowest value get it first, the fee last."""
    POISON = "poison"
    """Every output gets all of it: what can be reached at all, not an amount."""

    @property
    def conserves(self) -> bool:
        """Whether no satoshi is made or lost."""
        return self is not Policy.POISON

    @property
    def keeps_order(self) -> bool:
        """Whether it says which satoshi of an output are meant, and not only how many."""
        return self in {Policy.FIFO, Policy.LIFO}


CASE_POLICIES = (Policy.FIFO, Policy.HAIRCUT)
"""Those that a case carries side by side."""
