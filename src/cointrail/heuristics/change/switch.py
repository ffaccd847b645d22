"""Whether a learned change model has a say: one switch for the whole program.

`COINTRAIL_LEARNED_CHANGE` is `off` (or not set), `on` for the model that comes with the program, or the path
of a model that `cointrail evaluate train-change` wrote. Every result that rests on a model names it.
"""

from __future__ import annotations

import os
from enum import Enum
from functools import lru_cache
from pathlib import Path

from cointrail.heuristics.change.model import SHIPPED, ForestModel, read_model

SETTING = "COINTRAIL_LEARNED_CHANGE"
"""The environment variable."""

OFF, ON = ("", "off"), "on"


class Switch(Enum):
    """Stands for what the switch says when it is asked."""

    BY_SWITCH = "by switch"


BY_SWITCH = Switch.BY_SWITCH


def model_in_force() -> ForestModel | None:
    """The model that the switch names; None: it is off.

    Raises:
        NotFound: it names a file that is not there.
        BadInput: the file holds no model.
    """
    said = os.environ.get(SETTING, "")
    if said.lower() in OFF:
        return None
    return _read(str(SHIPPED) if said.lower() == ON else said)


@lru_cache(maxsize=2)
def _read(path: str) -> ForestModel:
    """A file is read once in a process."""
    return read_model(Path(path))
