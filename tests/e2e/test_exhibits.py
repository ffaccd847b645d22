"""Exhibits are asked again on the chain as it was, whatever the store has become since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cointrail.journal.acts import ExhibitTaken
from cointrail.journal.book import Deed
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.manifest import read_manifest
from cointrail.store.rewind import rewind
from cointrail.workbench.case_bench import CaseBench
from cointrail.workbench.exhibits import Outcome
from support.command_line import Done, cointrail
from support.demo_world import DemoFolder, demo_folder

REFERENCE = "DEMO-1"
EARLY = 560
"""Height at which exhibits are taken; the demo's chain goes on for some 60 blocks, more than are recent."""


@pytest.fixture(scope="module", name="demo")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return demo_folder(tmp_path_factory)


@dataclass(frozen=True)
class Kept:
    """A case in a database, and a store that it asks."""

    folder: Path
    demo: DemoFolder

    @property
    def db(self) -> str:
        return str(self.folder / "cases.db")

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def tags(self) -> Path:
        return self.folder / "tags.yaml"

    def bench(self) -> CaseBench:
        return CaseBench(self.db, "ann")

    def run(self, *words: object) -> Done:
        end = words.index("--") if "--" in words else len(words)
        return cointrail("case", *words[:end], "--db", self.db, *words[end:])

    def grow(self, to: int | None = None) -> int:
        """Bring the store up; its height."""
        with BlocksDirectory(self.demo.blocks, to=to) as source:
            ingest(self.store, source)
        manifest = read_manifest(self.store)
        assert manifest is not None
        return manifest.height

    def outcomes(self) -> dict[str, str]:
        with self.bench() as cases:
            found = cases.verify_exhibits(REFERENCE, self.store)
        return {one.title: one.outcome.value for one in found}


def _early(demo: DemoFolder, note: str) -> list[str]:
    """Outputs of the case below `EARLY`, of which something is noted."""
    return [
        row["outpoint"] for row in demo.payments() if int(row["height"]) < EARLY - 60 and note in row["note"]
    ]


def _paid(demo: DemoFolder) -> str:
    """The first of them."""
    return _early(demo, "")[0]


def _join(demo: DemoFolder) -> str:
    """A join that paid the service; another transaction where there is none so early."""
    return next(iter(_early(demo, "coinjoin")), _paid(demo))[:64]


QUESTIONS: dict[str, list[str]] = {
    "the trace": ["trace", "forward", "{paid}", "--policy", "all", "--tags", "{tags}"],
    "back": ["trace", "backward", "{paid}", "--policy", "fifo"],
    "the chain": ["trace", "peel", "{paid}", "--weakest", "T4", "--max-chains", "3", "--tags", "{tags}"],
    "the claim": ["trace", "account", "{seed}", "--claim", "{paid}", "--tags", "{tags}"],
    "payments": ["cluster", "payments", "{seed}", "--tags", "{tags}"],
    "members": ["cluster", "show", "{seed}", "--tags", "{tags}"],
    "members then": ["cluster", "show", "{seed}", "--at", "400"],
    "balance": ["cluster", "balance", "{seed}", "--every", "day"],
    "others": ["cluster", "neighbours", "{seed}", "--tags", "{tags}"],
    "tiers": ["cluster", "tiers", "{seed}"],
    "why": ["explain", "{seed}", "{other}"],
    "address": ["address", "show", "{seed}", "--tags", "{tags}"],
    "history": ["address", "txs", "{seed}", "--newest"],
    "holdings": ["address", "balance", "{seed}"],
    "with whom": ["address", "neighbours", "{seed}"],
    "transaction": ["tx", "show", "{txid}", "--tags", "{tags}"],
    "reading": ["tx", "analyse", "{txid}"],
    "guards": ["cluster", "review"],
    "join": ["coinjoin", "analyse", "{join}"],
    "join read otherwise": ["coinjoin", "analyse", "{join}", "--keep-inputs", "--max-steps", "500"],
    "largest": ["sql", "SELECT output, value FROM outputs ORDER BY value DESC, output LIMIT 20"],
    "leads": ["case", "run"],
    "one payment": ["case", "payment", "{paid}"],
    "one outflow": ["case", "outflow", "{outflow}"],
    "one lead": ["case", "lead", "{led}", "{withdrawal}"],
    "one deposit": ["case", "lead", "{from}", "{deposit}"],
}


@pytest.fixture(name="kept")
def _kept(demo: DemoFolder, tmp_path: Path) -> Kept:
    kept = Kept(tmp_path, demo)
    kept.tags.write_bytes(demo.tags.read_bytes())
    with kept.bench() as cases:
        cases.take_file(demo.case, network="regtest")
    return kept


def _take(kept: Kept, titles: dict[str, list[str]]) -> None:
    seeds = kept.demo.seeds()
    paid = _paid(kept.demo)
    lead = next(row for row in kept.demo.rows("leads") if row["payment"] in _early(kept.demo, ""))
    deposit = next(
        row for row in kept.demo.rows("proceeds") if row["exchange"] and int(row["end_height"]) < EARLY - 60
    )
    given = {
        "join": _join(kept.demo),
        "outflow": deposit["outflow_outpoint"],
        "led": lead["payment"],
        "withdrawal": lead["withdrawal_outpoint"],
        "from": deposit["outflow_outpoint"],
        "deposit": deposit["end_outpoint"],
        "seed": _address(kept.demo, paid),
        "other": seeds[0],
        "paid": paid,
        "txid": paid[:64],
        "tags": kept.tags,
    }
    for title, words in titles.items():
        asked = [word.format(**given) for word in words]
        done = kept.run("exhibit", "add", REFERENCE, "--title", title, "--store", kept.store, "--", *asked)
        assert done.code == 0, done.err


def _address(demo: DemoFolder, outpoint: str) -> str:
    return next(row["address"] for row in demo.payments() if row["outpoint"] == outpoint)


@pytest.mark.slow
def test_every_kind_of_exhibit_is_the_same_when_the_chain_has_grown(kept: Kept) -> None:
    """Ninety blocks and more come after; the store settles what was recent, and clusters grow."""
    assert kept.grow(EARLY) == EARLY
    _take(kept, QUESTIONS)
    assert kept.outcomes() == dict.fromkeys(QUESTIONS, "same")
    assert kept.grow() > EARLY
    assert kept.outcomes() == dict.fromkeys(QUESTIONS, "same")
    now = cointrail(
        "cluster", "show", _address(kept.demo, _paid(kept.demo)), "--store", kept.store, "--format", "json"
    ).json()
    with kept.bench() as cases:
        number = [one.what.title for one in cases.case(REFERENCE).exhibits].index("members") + 1
        exhibit = cases.exhibit(REFERENCE, number)
        then = json.loads(cases.result(REFERENCE, str(exhibit.result)))
    assert then["basis"]["tip_height"] == EARLY < now["basis"]["tip_height"]
    assert then["totals"] != now["totals"], "the answer of today is another one, so the past was asked"


ONE = {name: QUESTIONS[name] for name in ("payments", "transaction")}


def test_what_cannot_be_asked_again_is_no_pass_and_says_why(kept: Kept, tmp_path: Path) -> None:
    kept.grow(EARLY)
    _take(kept, ONE)
    done = kept.run("exhibit", "verify", REFERENCE, "--store", kept.store, "--format", "json")
    assert (done.code, [one["outcome"] for one in done.json()]) == (0, ["same", "same"])
    assert kept.run("exhibit", "verify", REFERENCE, "--store", tmp_path / "nothing").code == 2
    rewind(kept.store, EARLY - 10)
    done = kept.run("exhibit", "verify", REFERENCE, "1", "--store", kept.store, "--format", "json")
    assert (done.code, [one["outcome"] for one in done.json()]) == (1, ["not_comparable"])
    assert f"no block at height {EARLY}" in done.json()[0]["says"]
    kept.grow(EARLY)
    kept.tags.write_text(kept.tags.read_text() + "\n")
    assert set(kept.outcomes().values()) == {"not_comparable"}
    kept.tags.unlink()
    done = kept.run("exhibit", "verify", REFERENCE, "--store", kept.store)
    assert done.code == 1
    assert "cannot be read" in done.out


@pytest.fixture(name="asked")
def _asked(kept: Kept) -> Iterator[tuple[CaseBench, Deed]]:
    """An exhibit that is not on the case yet, to be changed."""
    kept.grow(EARLY)
    _take(kept, {"payments": QUESTIONS["payments"]})
    with kept.bench() as cases:
        one = cases.exhibit(REFERENCE, 1)
        yield cases, Deed(one.what, result=cases.result(REFERENCE, str(one.result)))


def _verdict(kept: Kept, cases: CaseBench, deed: Deed, **changed: Any) -> tuple[Outcome, str]:
    act = deed.act
    assert isinstance(act, ExhibitTaken)
    values = {"title": act.title, "request": act.request, "basis": act.basis, "size": len(deed.result or b"")}
    made = ExhibitTaken(**{**values, **changed})
    number = cases.book.add(REFERENCE, Deed(made, result=deed.result)).exhibits[-1].number
    (found,) = cases.verify_exhibits(REFERENCE, kept.store, [number])
    return found.outcome, found.says


def test_an_answer_that_was_never_given_differs(kept: Kept, asked: tuple[CaseBench, Deed]) -> None:
    cases, deed = asked
    act = deed.act
    assert isinstance(act, ExhibitTaken)
    forged = Deed(act, result=(deed.result or b"").replace(b'"direction":"in"', b'"direction":"it"', 1))
    assert forged.result != deed.result
    assert _verdict(kept, cases, forged)[0] is Outcome.DIFFERS
    basis = {**act.basis, "program": "cointrail 99"}
    assert _verdict(kept, cases, forged, basis=basis)[0] is Outcome.NOT_COMPARABLE
    assert _verdict(kept, cases, deed, size=5)[0] is Outcome.DAMAGED
    for changed, says in (
        ({"tip_hash": "ab" * 32}, "the chain went another way"),
        ({"store_digest": "cd" * 32}, "other rows"),
        ({"network": "mainnet"}, "the store holds regtest"),
        ({"tip_height": None}, "names no height"),
    ):
        outcome, said = _verdict(kept, cases, deed, basis={**act.basis, **changed})
        assert (outcome, says in said) == (Outcome.NOT_COMPARABLE, True)
    for request in ({"format": 99}, {"command": "no such"}):
        changed_request = {**act.request, **request}
        assert _verdict(kept, cases, deed, request=changed_request)[0] is Outcome.NOT_COMPARABLE
    lost = {**act.request, "options": {**act.request["options"], "cluster": "99999999"}}
    outcome, said = _verdict(kept, cases, deed, request=lost)
    assert (outcome, "cannot be answered now" in said) == (Outcome.NOT_COMPARABLE, True)


def test_an_explanation_goes_by_the_judgements_of_the_case(kept: Kept) -> None:
    """And an exhibit taken before a judgement goes by those that stood then."""
    kept.grow(EARLY)
    one, other = kept.demo.seeds()[:2]
    words = (
        "exhibit",
        "add",
        REFERENCE,
        "--store",
        kept.store,
        "--format",
        "json",
        "--",
        "explain",
        one,
        other,
    )
    assert kept.run(*words).code == 0
    assert kept.run("judge", REFERENCE, "apart", one, other, "--why", "two offices").code == 0
    assert kept.run(*words).code == 0
    with kept.bench() as cases:
        answers = [
            json.loads(cases.result(REFERENCE, str(exhibit.result)))
            for exhibit in cases.case(REFERENCE).exhibits
        ]
        verdicts = cases.verify_exhibits(REFERENCE, kept.store)
    assert [bool(answer["left_out"]) for answer in answers] == [False, True]
    assert [one.outcome for one in verdicts] == [Outcome.SAME, Outcome.SAME]


@pytest.mark.parametrize("command", ["show", "tiers"])
def test_a_cluster_goes_by_the_judgements_of_the_case_where_that_is_asked(kept: Kept, command: str) -> None:
    kept.grow(EARLY)
    one, other = kept.demo.seeds()[:2]
    words = ("exhibit", "add", REFERENCE, "--store", kept.store)
    assert kept.run("judge", REFERENCE, "apart", one, other, "--why", "two offices").code == 0
    assert kept.run(*words, "--judged", "--", "cluster", command, one).code == 0
    assert kept.run(*words, "--by-rules-alone", "--", "cluster", command, one).code == 0
    assert kept.run(*words, "--", "cluster", command, one).code == 0
    assert kept.run(*words, "--judged", "--", "cluster", command, one, "--case", "x.toml").code == 2
    with kept.bench() as cases:
        answers = [cases.result(REFERENCE, str(exhibit.result)) for exhibit in cases.case(REFERENCE).exhibits]
        verdicts = cases.verify_exhibits(REFERENCE, kept.store)
    sizes = [json.loads(answer)["cluster"]["size"] for answer in answers]
    assert sizes[0] < sizes[1]
    assert answers[1] != answers[0]
    assert json.loads(answers[1])["cluster"] == json.loads(answers[2])["cluster"]
    assert {one.outcome for one in verdicts} == {Outcome.SAME}


def test_an_explanation_by_the_rules_alone_knows_no_judgement(kept: Kept) -> None:
    kept.grow(EARLY)
    one, other = kept.demo.seeds()[:2]
    words = ("exhibit", "add", REFERENCE, "--store", kept.store, "--by-rules-alone")
    assert kept.run("judge", REFERENCE, "apart", one, other, "--why", "two offices").code == 0
    assert kept.run(*words, "--", "explain", one, other).code == 0
    refused = kept.run(*words, "--", "address", "show", one)
    assert (refused.code, "knows no judgements" in refused.err) == (2, True)
    with kept.bench() as cases:
        (exhibit,) = cases.case(REFERENCE).exhibits
        answer = json.loads(cases.result(REFERENCE, str(exhibit.result)))
        (verdict,) = cases.verify_exhibits(REFERENCE, kept.store)
    assert (answer["joined"], answer["left_out"], verdict.outcome) == (True, [], Outcome.SAME)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["doctor", "--blocks", "."], "`doctor` cannot be an exhibit"),
        (["sql"], "needs the query itself"),
        (["cluster"], "no command that looks something up"),
        (["nonsense"], "no command that looks something up"),
        (["case", "run", "x"], "leave the rest away"),
        (["case", "lead", "ab:0"], "takes 2 of its outputs"),
        (["case", "payment", "xy"], "is not an outpoint"),
        (["case", "payment", f"{'ab' * 32}:0"], "no such row in payments.csv or leads.csv"),
        (["coinjoin", "analyse", "ab" * 32, "--max-seconds", "9"], "depends on the machine"),
        (["coinjoin", "analyse", "--file", "x"], "takes no `--file`"),
        (["sql", "SELECT random()"], "two answers"),
        (["tx", "show", "ab", "--store", "x"], "go before `--`"),
        (["trace", "forward", "ab:0", "--policy", "fifo", "--seconds", "2"], "depends on the machine"),
        (["tx", "analyse", "--file", "x"], "takes no `--file`"),
        (["tx", "show"], "Missing argument"),
        (["explain", "a", "b", "--case", "x.toml"], "judgements that are on its case"),
    ],
)
def test_what_cannot_be_an_exhibit_is_refused_and_leaves_no_entry(
    kept: Kept, words: list[str], says: str
) -> None:
    done = kept.run("exhibit", "add", REFERENCE, "--store", kept.demo.store, "--", *words)
    assert (done.code, says in done.err) == (2, True), done.err
    with kept.bench() as cases:
        assert cases.case(REFERENCE).exhibits == ()


def test_a_kept_case_runs_as_its_file_does_and_names_no_path(kept: Kept, tmp_path: Path) -> None:
    done = cointrail(
        "case", "run", REFERENCE, "--db", kept.db, "--store", kept.demo.store, "--out", tmp_path / "out"
    )
    assert done.code == 0, done.err
    for name in ("payments.csv", "leads.csv", "proceeds.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (kept.demo.path / "case" / name).read_bytes()
    assert str(tmp_path) not in (tmp_path / "out" / "basis.json").read_text()


def test_one_lead_is_the_row_of_the_case_run(kept: Kept) -> None:
    """With everything that its table says, and on the basis of the run."""
    row = kept.demo.rows("leads")[0]
    words = ("case", "lead", row["payment"], row["withdrawal_outpoint"])
    done = kept.run("exhibit", "add", REFERENCE, "--store", kept.demo.store, "--", *words)
    assert done.code == 0, done.err
    with kept.bench() as cases:
        exhibit = cases.exhibit(REFERENCE, 1)
        said = json.loads(cases.result(REFERENCE, str(exhibit.result)))
    assert said == {"reference": REFERENCE, "leads": [row], "proceeds": []}
    basis = json.loads((kept.demo.path / "case" / "basis.json").read_bytes())
    assert exhibit.what.basis["tip_hash"] == basis["tip_hash"]
