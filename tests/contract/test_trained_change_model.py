"""A small training from end to end: the same bytes each time, and a card that tells of this very model."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.clustering.build import build
from cointrail.clustering.load import load_or_build
from cointrail.clustering.rules import rules_in_force
from cointrail.evaluate.learning.card import CARD, DIAGRAM, MODEL, card_files, write_card
from cointrail.evaluate.learning.run import Budget, Trained, train_change_model
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change.model import SHIPPED, read_model
from cointrail.heuristics.change.switch import SETTING
from cointrail.store.reader import open_snapshot
from cointrail.tracing.change_votes import ChainVotes
from kept_files import ROOT
from support.change_models import model_from
from support.demo_world import demo_folder

BUDGET = Budget(seeds=1, transactions=300, jobs=1, plans=("2021",))
LEAF = [(-1, 0, 0, 1)]


@pytest.fixture(name="trained", scope="module")
def _trained() -> Trained:
    return train_change_model(BUDGET)


def test_a_training_gives_the_same_bytes_however_many_worlds_are_made_at_a_time(trained: Trained) -> None:
    told: list[str] = []
    again = train_change_model(
        Budget(BUDGET.seeds, BUDGET.transactions, jobs=2, plans=BUDGET.plans),
        lambda stage, *_: told.append(stage),
    )
    assert card_files(again) == card_files(trained)
    assert list(dict.fromkeys(told)) == [
        "training worlds",
        "calibration worlds",
        "trees",
        "comparison worlds",
    ]


def test_a_card_tells_of_the_model_beside_it(trained: Trained, tmp_path: Path) -> None:
    assert write_card(trained, tmp_path) == (CARD, DIAGRAM, MODEL)
    page = (tmp_path / CARD).read_text("utf-8")
    assert read_model(tmp_path / MODEL).digest in page
    assert DIAGRAM in page
    assert "made up" in page


def test_a_model_that_saw_few_hands_speaks_nowhere(trained: Trained) -> None:
    assert not any(trained.model.known)
    assert trained.figures.spoke == 0
    assert all(one.without == one.beside for one in trained.compared)


def test_the_card_in_the_docs_is_that_of_the_shipped_model() -> None:
    page = (ROOT / "docs" / "reference" / CARD).read_text("utf-8")
    assert read_model(SHIPPED).digest in page
    assert (ROOT / "docs" / "reference" / DIAGRAM).exists()


def test_clusters_with_a_model_are_kept_apart_and_name_it(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "off")
    model = model_from(LEAF)
    with open_snapshot(demo_folder(tmp_path_factory).store) as snapshot:
        plain = load_or_build(snapshot)
        beside = build(snapshot, model=model)
        assert plain.rules == rules_in_force()
        assert model.name in beside.rules
        assert model.name not in plain.rules
        assert beside.digest != plain.digest


def test_who_asks_again_asks_the_model_that_the_clusters_had(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    model = read_model(SHIPPED)
    with open_snapshot(demo_folder(tmp_path_factory).store) as snapshot:
        clusters = build(snapshot, model=model)
        votes = ChainVotes(snapshot, clusters, NobodyIsTagged())
        said = [clusters.change(number) for number in range(snapshot.n_txs)]
        learned = [
            number
            for number, found in enumerate(said)
            if not isinstance(found, Abstained) and "change.learned" in found.rules
        ]
        assert learned
        assert [votes.judge(number, None) for number in learned[:50]] == [
            said[number] for number in learned[:50]
        ]


class NobodyIsTagged:
    """Tags of an empty file."""

    custodial_scripts: frozenset[int] = frozenset()

    def custodian(self, _label: int) -> None:
        return None

    def of_cluster(self, _label: int) -> None:
        return None
