"""Run the server: on this machine alone, with a token that only its user can read."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.api.warm import warm
from cointrail.errors import BadInput
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.keeping import WorkerKeeper
from cointrail.jobs.queue import JobQueue, home_of
from cointrail.jobs.runs import Runs
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from cointrail.journal.place import default_file
from cointrail.workbench import OpenBench
from cointrail.workbench.case_bench import open_keeper
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.memory_bound import at_most

HOST = "127.0.0.1"
WAITING = 1_024
"""Connections that may wait, and that may be open; to those beyond it says 503. A browser opens six."""
IDLE_SECONDS = 60
"""That a connection may stay open with nothing asked: somebody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A server that listens.

    Attributes:
        url: opens the page and begins a session. Whoever has it may read everything that is served.
        port: where it listens.
        token_file: holds the token for programs; only its user can read it.
    """

    url: str
    port: int
    token_file: Path


def state_folder() -> Path:
    """Where the token is kept: `$XDG_RUNTIME_DIR`, else `$XDG_STATE_HOME`, else `~/.local/state`."""
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        if folder := os.environ.get(name):
            return Path(folder) / "cointrail"
    return Path.home() / ".local" / "state" / "cointrail"


def default_work() -> Path:
    """The folder of finished work unless told otherwise: beside the user's own case database."""
    return default_file(os.environ).parent / "work"


def serve(
    bench: OpenBench,
    shop: Shop,
    *,
    cases: Sequence[Path] = (),
    port: int,
    say: Callable[[Ready], None],
) -> None:
    """Answer until the process is told to stop.

    uvicorn stops in order and then raises the signal again; a caller who wants the token file gone makes
    an exit of it.

    Args:
        bench: the open store.
        shop: what jobs work with; they are done by a process that ends with this one. What one of them may
            take of memory, all requests together may take, too.
        cases: output folders of case runs.
        port: where to listen; 0: wherever there is room.
        say: told once, when it listens.

    Raises:
        BadInput: the port is taken, or a folder cannot be used.
        CaseStoreError: the case database cannot be used.
    """
    folders = _open_cases(cases)
    work = WorkFolder(shop.work)
    with open_keeper(shop.place) as keeper, listen(port) as listening:
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        kept = _keep_token(token, port)
        app = serve_app(
            Server(
                bench=bench,
                pages=Pages(secrets.token_bytes(32)),
                cases=Runs(folders, work),
                place=shop.place or str(default_file(os.environ)),
                who=shop.who,
                contacts=shop.contacts,
                prices=shop.prices,
                work=work.path,
                jobs=JobDesk(
                    queue=JobQueue(keeper, home_of(work.path, shop.store)),
                    folder=work,
                    has_blocks=shop.blocks is not None,
                    has_key=shop.key is not None,
                ),
            ),
            token=token,
            hosts=(f"{HOST}:{port}", f"localhost:{port}"),
        )
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,  # what is looked at is nobody's business
            server_header=False,
            date_header=True,
            limit_concurrency=WAITING,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=5,
        )
        try:
            say(Ready(url=f"http://{HOST}:{port}/#token={token}", port=port, token_file=kept))
            bound = nullcontext() if shop.memory is None else at_most(shop.memory)
            with WorkerKeeper(shop), bound:
                warm(bench)
                uvicorn.Server(config).run(sockets=[listening])
        finally:
            kept.unlink(missing_ok=True)


def _open_cases(folders: Sequence[Path]) -> dict[str, CaseFolder]:
    found: dict[str, CaseFolder] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in found:
            raise BadInput(
                f"two case folders have the name `{name}`", hint="rename one of them", path=str(folder)
            )
        found[name] = CaseFolder(folder)
    return found


def listen(port: int) -> socket.socket:
    """A socket on which connections of this machine wait.

    Raises:
        BadInput: the port is taken.
    """
    # By its number for TCP asyncio knows that small packets must not wait for each other.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise BadInput(
            f"cannot listen on port {port} of {HOST}: {getattr(error, 'strerror', None) or error}",
            hint="another program may be there: choose another with `--port`, or `--port 0` for any",
            port=port,
        ) from error
    listening.listen(WAITING)
    return listening


def _keep_token(token: str, port: int) -> Path:
    folder = state_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"serve-{port}.token"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
    return path
