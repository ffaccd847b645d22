"""The folder of finished work: what is in it is whole, and nothing outside it can be named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.errors import BadInput, NotFound
from cointrail.jobs.work_folder import WorkFolder

JOB = "20260301000000000000-0000"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> WorkFolder:
    return WorkFolder(tmp_path / "work")


def _placed(folder: WorkFolder, to: Path, name: str = "a.txt", text: str = "a") -> None:
    draft = folder.draft(JOB)
    (draft / "files").mkdir()
    (draft / "files" / name).write_text(text)
    folder.place(draft / "files", to)
    folder.drop_draft(JOB)


def test_only_its_owner_can_look_into_the_folder(folder: WorkFolder) -> None:
    assert folder.path.stat().st_mode & 0o077 == 0


def test_a_file_in_the_way_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("")
    with pytest.raises(BadInput, match="cannot be used as a folder for work"):
        WorkFolder(tmp_path / "work")


def test_what_is_put_in_place_is_found_and_the_draft_is_gone(folder: WorkFolder) -> None:
    _placed(folder, folder.job_folder(JOB))
    assert folder.job_file(JOB, "a.txt").read_text() == "a"
    assert not list(folder.path.glob(".draft-*"))


def test_putting_in_place_again_changes_nothing(folder: WorkFolder) -> None:
    _placed(folder, folder.job_folder(JOB))
    _placed(folder, folder.job_folder(JOB), text="b")
    assert folder.job_file(JOB, "a.txt").read_text() == "a"


@pytest.mark.parametrize(
    "name", ["..", ".", "", "../a.txt", "/etc/passwd", "..\\a", "a\0", ".hidden", "b.txt", "link", "folder"]
)
def test_no_name_leads_to_anything_but_a_file_of_the_job(folder: WorkFolder, name: str) -> None:
    _placed(folder, folder.job_folder(JOB))
    (folder.job_folder(JOB) / "link").symlink_to("/etc/passwd")
    (folder.job_folder(JOB) / "folder").mkdir()
    with pytest.raises(NotFound):
        folder.job_file(JOB, name)


@pytest.mark.parametrize("job", ["..", "../jobs", ".draft-x", ""])
def test_no_job_leads_out_of_the_folder_of_jobs(folder: WorkFolder, job: str) -> None:
    with pytest.raises(NotFound):
        folder.job_file(job, "a.txt")


def test_the_newest_run_is_the_one_of_the_latest_job(folder: WorkFolder) -> None:
    for job in ("20260301000000000000-ffff", "20260302000000000000-0000"):
        _placed(folder, folder.path / "runs" / "C-1" / job)
    newest = folder.newest_run("C-1")
    assert newest is not None
    assert newest.name == "20260302000000000000-0000"
    assert folder.run_names() == ["C-1"]


@pytest.mark.parametrize("name", ["C-2", "..", "", "C-1/..", "\0"])
def test_a_case_without_a_run_has_none(folder: WorkFolder, name: str) -> None:
    assert folder.newest_run(name) is None
    assert folder.run_of(name) is None


def test_a_packet_is_found_by_its_digest_alone(folder: WorkFolder) -> None:
    digest = "ab" * 32
    _placed(folder, folder.path / "packets" / digest)
    assert folder.find_packet(digest) == folder.path / "packets" / digest
    assert folder.find_packet("cd" * 32) is None
    assert folder.find_packet("../runs") is None


def test_two_workers_of_one_home_never_work_at_a_time(folder: WorkFolder) -> None:
    home, other = "a" * 64, "b" * 64
    with folder.only_worker(home) as first, folder.only_worker(home) as second:
        assert (first, second) == (True, False)
        with folder.only_worker(other) as elsewhere:
            assert elsewhere
    with folder.only_worker(home) as again:
        assert again
