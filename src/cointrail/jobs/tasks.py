"""What each kind of job does: the functions that the command line calls, into a draft folder.

A task writes files to be downloaded into `files`, a case run into `run`, and packets into `packets`, each
below the draft. It can be done again from the beginning with the same outcome: what it notes on a case is
noted once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cointrail.casework.case import Case
from cointrail.chain.network import Network
from cointrail.errors import BadInput, NotFound
from cointrail.evidence.check import verify_bundle
from cointrail.jobs.archive import unzip, zip_folder
from cointrail.jobs.job import Job, JobFile, JobKind, JobResult
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from cointrail.journal.canonical import canonical
from cointrail.report.packet import Ask
from cointrail.workbench.bench import CaseSource, Workbench
from cointrail.workbench.bundle_ask import BundleAsk
from cointrail.workbench.bundle_journal import journal_files
from cointrail.workbench.case_bench import CaseBench
from cointrail.workbench.case_names import name_of
from cointrail.workbench.json_values import plain
from cointrail.workbench.lead_bench import make_packets, note_packet
from cointrail.workbench.ledger_bench import Progress
from cointrail.workbench.reports import export_case, note_report, write_report
from cointrail.workbench.since_run import ServedFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job as a worker does it.

    Attributes:
        job: the job.
        params: everything that was asked.
        shop: what the worker works with.
        folder: where finished work lies.
        draft: where to write.
        progress: told how far it is; stops the work when the job is to stop.
    """

    job: Job
    params: dict[str, Any]
    shop: Shop
    folder: WorkFolder
    draft: Path
    progress: Progress

    @property
    def options(self) -> dict[str, Any]:
        """As they were asked for."""
        found: dict[str, Any] = self.params["options"]
        return found

    @property
    def files(self) -> Path:
        """Where files to be downloaded go."""
        return self.draft / "files"

    @property
    def reference(self) -> str:
        """Of the kept case.

        Raises:
            BadInput: the job is about a case that is not kept.
        """
        found = self.params.get("reference")
        if not found:
            raise BadInput(
                f"`{self.job.case}` is a run that no kept case belongs to",
                hint="keep its case first: `/cases/NAME/keep`, or `cointrail case import CASE.toml`",
            )
        return str(found)

    @property
    def run(self) -> Path:
        """The folder of the run that the job is about.

        Raises:
            NotFound: it is gone.
        """
        path = Path(self.params.get("run") or "")
        path = path if path.is_absolute() else self.folder.path / path
        if path == self.folder.path or not path.is_dir():
            raise NotFound(f"the run of case `{self.job.case}` is gone", hint="run the case again")
        return path

    def cases(self) -> CaseBench:
        """The case database."""
        return CaseBench(self.shop.place, self.shop.who)


def perform(task: Task) -> JobResult:
    """Do a job into its draft."""
    task.files.mkdir()
    summary = _TASKS[task.job.kind](task)
    return JobResult(summary=plain(summary), files=tuple(_listed(task.files)))


def put_in_place(folder: WorkFolder, job: Job, draft: Path) -> None:
    """Move what a job made to where it is found. May be done again, and goes on where it stopped."""
    if (draft / "run").is_dir():
        folder.place(draft / "run", folder.path / "runs" / job.case / job.id)
    if (draft / "packets").is_dir():
        for packet in sorted((draft / "packets").iterdir()):
            folder.place(packet, folder.path / "packets" / packet.name)
    if (draft / "files").is_dir():
        folder.place(draft / "files", folder.job_folder(job.id))
    folder.drop_draft(job.id)


def _case_run(task: Task) -> dict[str, Any]:
    bench = Workbench(task.shop.store, task.progress)
    found = bench.run_case(_source(task), task.draft / "run")
    return _run_summary(found.result.summary)


def _report(task: Task) -> dict[str, Any]:
    if not task.params.get("reference"):
        done = write_report(task.run, task.files)
    else:
        with task.cases() as cases:
            state = cases.case(task.reference)
            done = write_report(task.run, task.files, state, _served(task))
            known = {one.result for one in state.outputs}
            if task.options.get("record") and done.sha256["report.pdf"] not in known:
                note_report(cases.book, task.reference, done)
    task.progress("data", 0, 1)
    if task.options.get("data"):
        export_case(task.run, task.files, done.since_run)
    return {
        "basis_digest": done.summary["basis_digest"],
        "report_sha256": done.sha256["report.pdf"],
        "changed": done.since_run,
    }


def _bundle(task: Task) -> dict[str, Any]:
    shop, options = task.shop, task.options
    if shop.blocks is None:
        raise BadInput(
            "this server knows no blocks directory", hint="start it with `--blocks`, as bundles need it"
        )
    if options.get("sign") and shop.key is None:
        raise BadInput("this server has no key to sign with", hint="start it with `--key`")
    reader, bag = options.get("reader"), task.draft / "bag"
    ask = BundleAsk(
        key_file=shop.key if options.get("sign") else None,
        reader=reader,
        salt_file=task.folder.salt_file(task.job.case) if reader else None,
        journal=journal_files(task.reference, shop.place, private=bool(options.get("private"))),
        case_out=task.draft / "run",
        ask_time=bool(options.get("timestamp_request")),
    )
    bench = Workbench(shop.store, task.progress)
    found = bench.bundle_case(_source(task), shop.blocks, bag, ask)
    name = bundle_name(task.job.case)
    zip_folder(bag, task.files / f"{name}.zip", name, task.progress)
    shutil.rmtree(bag)
    return _run_summary(found.result.summary)


def _bundle_verify(task: Task) -> dict[str, Any]:
    job, key = task.options["job"], task.options.get("key")
    made = task.folder.job_file(job, f"{bundle_name(task.job.case)}.zip")
    task.progress("verify", 0, 0)
    unzip(made, task.draft / "unpacked")
    key_file = task.draft / "signer.pub"
    if key:
        key_file.write_text(key, encoding="utf-8")
    bundle = task.draft / "unpacked" / bundle_name(task.job.case)
    found = verify_bundle(bundle, key_file if key else None)
    shutil.rmtree(task.draft / "unpacked")
    values: dict[str, Any] = plain(found)
    (task.files / "verdict.json").write_bytes(canonical(values) + b"\n")
    return {"job": job, **values}


def _exhibits_verify(task: Task) -> dict[str, Any]:
    with task.cases() as cases:
        verdicts = cases.verify_exhibits(
            task.reference, task.shop.store, task.options.get("numbers") or (), progress=task.progress
        )
    values = [plain(one) for one in verdicts]
    (task.files / "verdicts.json").write_bytes(canonical(values) + b"\n")
    return {"outcomes": dict(Counter(one["outcome"] for one in values)), "exhibits": values}


def _packets(task: Task) -> dict[str, Any]:
    options, asked = task.options, Ask(task.options["ask"])
    kept = None
    if task.params.get("reference"):
        with task.cases() as cases:
            kept = cases.case(task.reference)
    made = make_packets(
        task.run,
        task.draft / "made",
        asked,
        exchange=options.get("exchange"),
        jurisdiction=options.get("jurisdiction"),
        contacts=task.shop.contacts,
        days=options["days"],
        kept=kept,
        served=_served(task),
    )
    task.progress("packets", 0, len(made))
    zip_folder(
        task.draft / "made", task.files / f"{name_of(task.job.case)}-packets.zip", "packets", task.progress
    )
    numbers: list[int | None] = [None] * len(made)
    if options.get("record"):
        with task.cases() as cases:
            numbers = [note_packet(cases.book, task.reference, asked, one) for one in made]
    (task.draft / "packets").mkdir()
    for one in made:
        one.out.rename(task.draft / "packets" / one.sha256)
    rows = [
        {
            "exchange": one.desk.exchange,
            "jurisdiction": one.desk.jurisdiction,
            "request": number,
            "sha256": one.sha256,
            "files": list(one.files),
        }
        for one, number in zip(made, numbers, strict=True)
    ]
    return {"ask": asked.value, "packets": rows}


_TASKS: dict[JobKind, Callable[[Task], dict[str, Any]]] = {
    JobKind.CASE_RUN: _case_run,
    JobKind.REPORT: _report,
    JobKind.BUNDLE: _bundle,
    JobKind.BUNDLE_VERIFY: _bundle_verify,
    JobKind.EXHIBITS_VERIFY: _exhibits_verify,
    JobKind.PACKETS: _packets,
}


def _source(task: Task) -> CaseSource:
    """The kept case, with the tags and prices of the server where it names none."""
    with task.cases() as cases:
        kept = cases.case_for(task.reference)

    def case_for(network: Network) -> Case:
        if not callable(kept):
            raise TypeError("a kept case is no file")
        case = kept(network)
        prices = case.prices or (task.shop.prices if case.currency else ())
        return replace(case, tags=case.tags or task.shop.tags, prices=prices)

    return case_for


def _served(task: Task) -> ServedFiles:
    return ServedFiles(tags=task.shop.tags, prices=task.shop.prices)


def _run_summary(summary: dict[str, Any]) -> dict[str, Any]:
    payments = summary["payments"]
    return {
        "reference": summary["reference"],
        "basis_digest": summary["basis_digest"],
        "tip_height": summary["tip"]["height"],
        "tip_hash": summary["tip"]["hash"],
        "payments": payments["count"],
        "payments_sat": payments["value_sat"],
        "leads": summary["leads"],
    }


def _listed(folder: Path) -> list[JobFile]:
    found = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append(JobFile(name=path.name, bytes=path.stat().st_size, sha256=digest))
    return found


def bundle_name(case: str) -> str:
    """What a bundle of a case is called, and its archive before the dot."""
    return f"{name_of(case)}-bundle"


def run_path(folder: WorkFolder, run: Path) -> str:
    """A run as a job names it: below the work folder, or by its full path."""
    path = run.absolute()
    return os.fspath(path.relative_to(folder.path) if path.is_relative_to(folder.path) else path)


def as_json(result: JobResult) -> dict[str, Any]:
    """A result as a checkpoint holds it."""
    return asdict(result)


def from_json(values: dict[str, Any]) -> JobResult:
    """As `as_json` wrote it."""
    return JobResult(summary=values["summary"], files=tuple(JobFile(**one) for one in values["files"]))
