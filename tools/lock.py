"""Write the lock files from pyproject.toml, or check that they still fit it.

    tools/lock.py           resolve anew; needs `uv` and a package index
    tools/lock.py --check   compare with pyproject.toml; needs nothing

dev.lock        what Cointrail, its tests and its checks need, and setuptools to install it
simulate.lock   signing and Bitcoin Core's validation for the demo world; not on every platform
bench.lock      the peers that `make bench` stands beside

Every pin carries the hashes of all its files, so plain pip installs exactly these bytes on every
platform and Python that we support. No lock names an index: that is each machine's own choice.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from kept_files import ROOT

LOCKS = ROOT / "requirements"
HEADER = "# Made by `make lock` from pyproject.toml. Do not edit.\n"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
OUR_NAME = "cointrail"
ALWAYS = ("sql", "evaluate", "sign", "postgres", "protect", "stamp", "learn", "serve", "test", "dev")
"""Extras that the tests and checks need."""


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock file and the requirements of pyproject.toml that it pins."""

    name: str
    wants: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where the lock is kept."""
        return LOCKS / f"{self.name}.lock"


def read_locks(pyproject: str) -> tuple[Lock, ...]:
    """The three locks that this `pyproject` (TOML text) asks for, `dev` first."""
    table = tomllib.loads(pyproject)
    extras: dict[str, list[str]] = table["project"]["optional-dependencies"]
    main = [*table["project"]["dependencies"], *table["build-system"]["requires"]]
    return (
        Lock("dev", _foreign([*main, *(one for extra in ALWAYS for one in extras[extra])])),
        Lock("simulate", _foreign(extras["simulate"])),
        Lock("bench", _foreign(extras["bench"])),
    )


def _foreign(requirements: list[str]) -> tuple[str, ...]:
    """All but references to our own extras, such as `cointrail[test]`."""
    return tuple(text for text in requirements if Requirement(text).name != OUR_NAME)


def stale_pins(lock: Lock, text: str) -> list[str]:
    """What of `lock.wants` the lock file `text` does not pin, one sentence each."""
    pins = {canonicalize_name(m["name"]): m["version"] for m in PIN.finditer(text)}
    wrong = []
    for wanted in map(Requirement, lock.wants):
        version = pins.get(canonicalize_name(wanted.name))
        if version is None:
            wrong.append(f"{lock.path.name} does not pin {wanted}")
        elif not wanted.specifier.contains(Version(version), prereleases=True):
            wrong.append(f"{lock.path.name} pins {wanted.name} {version}, pyproject.toml wants {wanted}")
    return wrong


def write_lock(uv: str, lock: Lock, locks: tuple[Lock, ...]) -> None:
    """Resolve one lock; all but the first take the versions that the first has chosen."""
    command = [uv, "pip", "compile", "-", "--quiet", "--universal", "--generate-hashes"]
    command += ["--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url"]
    if lock is not locks[0]:
        command += ["--constraints", str(locks[0].path)]
    wanted = "\n".join(lock.wants)
    done = subprocess.run(command, input=wanted, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    lock.path.write_text(HEADER + done.stdout, encoding="utf-8")
    print(f"{lock.path.relative_to(ROOT)}: {len(PIN.findall(done.stdout))} packages")


def main() -> int:
    """Run as a script; 1 when `--check` finds something."""
    parser = argparse.ArgumentParser(description="Write or check the lock files.")
    parser.add_argument("--check", action="store_true", help="only compare with pyproject.toml")
    ask = parser.parse_args()
    locks = read_locks((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if ask.check:
        stale = [line for lock in locks for line in stale_pins(lock, lock.path.read_text(encoding="utf-8"))]
        print("\n".join(stale) or "the locks fit pyproject.toml", file=sys.stderr)
        return 1 if stale else 0
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise SystemExit("`make lock` needs uv: pip install uv (users do not need it)")
    for lock in locks:
        write_lock(uv, lock, locks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
