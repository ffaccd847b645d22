#!/bin/sh
# Make .venv with Cointrail and everything that its demo, tests and checks need.
#
# Wants Python 3.11 or newer with its venv module, and git; says in one line which is missing.
# Set PYTHON to choose an interpreter. Packages are installed by plain pip from the hash-locked
# files in requirements/, wheels only, so no compiler is ever called.
set -eu

cd "$(dirname "$0")/.."
venv=.venv
stamp=$venv/.setup-done

missing() {
    printf 'make setup: missing: %s\n' "$1" >&2
    exit 1
}

# The locked wheels are there for Python 3.11 to 3.13. A newer one will do as a last resort.
fits() {
    "$1" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $2))" >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" 99 || missing "Python 3.11 or newer (PYTHON=$PYTHON is none)"
        echo "$PYTHON"
        return
    fi
    for newest in 13 99; do
        for python in python3 python3.13 python3.12 python3.11 python; do
            if fits "$python" "$newest"; then
                echo "$python"
                return
            fi
        done
    done
    missing "Python 3.11 or newer (install it, or name one: make setup PYTHON=/path/to/python3)"
}

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}

command -v git >/dev/null 2>&1 || missing "git"

if [ ! -x "$venv/bin/python" ] || ! fits "$venv/bin/python" 99 || ! pip --version >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        missing "the venv module of $python (Debian, Ubuntu: apt-get install python3-venv)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

echo "make setup: installing into $venv ($("$venv/bin/python" --version)); the first time takes a few minutes" >&2
rm -f "$stamp"
pip install --quiet --require-hashes --only-binary :all: --requirement requirements/dev.lock

# Signing and Bitcoin Core's validation have no wheel on some platforms. The demo world is then
# written unsigned and says so. Any other failure is a failure.
log=$venv/simulate.log
if ! pip install --require-hashes --only-binary :all: --requirement requirements/simulate.lock >"$log" 2>&1; then
    if ! grep -q 'No matching distribution found' "$log"; then
        cat "$log" >&2
        exit 1
    fi
    echo "make setup: no signing library for this platform: the demo world will be unsigned (see $log)" >&2
fi

pip install --quiet --no-deps --no-build-isolation --editable .
touch "$stamp"
