"""Tables of an `evaluate run`, written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cointrail.evaluate.worlds.compare import FEW
from cointrail.evaluate.worlds.strata import MARKS
from cointrail.evaluate.worlds.tables import CLUSTER_INTERVALS

RULE = "common_input@2"
ERA = "2020 to 2022"
"""A stratum of too few hands to be compared."""


def write_run(
    folder: Path,
    *,
    wrong: int = 3,
    kinds: Mapping[str, tuple[int, int]] | None = None,
    precision: float = 0.99,
    world: str = "a",
) -> Path:
    """Tables of a run in which `wrong` of 1,000 links were wrong.

    Args:
        folder: a new one.
        wrong: links of different hands.
        kinds: of transactions: links, and wrong ones.
        precision: every figure of clusters.
        world: the name of the one world.
    """
    folder.mkdir()
    figures = ",".join(f"{name},{name}_low,{name}_high" for name in CLUSTER_INTERVALS)
    ends = ",".join(f"{precision},{precision - 0.002},{precision + 0.002}" for _ in CLUSTER_INTERVALS)
    told = {"payment": (500, 1)} if kinds is None else kinds
    texts = {
        "strata": f"{','.join(MARKS)},links,wrong_links,n,wrong\n"
        f"{RULE},,,,,,5000,{wrong},1000,{wrong}\n"
        f"{RULE},{ERA},,,,,{FEW - 1},0,{FEW - 1},0\n",
        "kinds": "rule,kind,links,wrong,n,wrong_n\n"
        + "".join(f"{RULE},{kind},{n},{bad},{n},{bad}\n" for kind, (n, bad) in told.items()),
        "holders": 'rule,kind,links,wrong,n,wrong_n\n"one key, one hand",payment,100,0,100,0\n',
        "gate": "kind,several_hands,transactions,safe\npayment,no,50,50\npayjoin,yes,50,50\n",
        "clusters": f"world,tier,{figures}\n{world},T2,{ends}\n",
        "taint": "policy,sort,l1,l1_low,l1_high\nfifo,crime,0.5,0.4,0.6\nfifo,ordinary,0.5,,\n",
        "vote": "transactions,abstained,abstained_low,abstained_high\n100,40,0.3,0.5\n",
        "worlds": f"world,truth_digest\n{world},00\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return folder
