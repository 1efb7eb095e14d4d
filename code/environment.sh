#!/bin/sh
# Make or refresh the virtual environment $1 with what the other arguments tell pip to install (used by the Makefile):
#     sh code/environment.sh .venv -r requirements.txt
# pip runs only when the contents of requirements*.txt or pyproject.toml differ from those installed last; touching the
# files alone costs nothing.
set -eu

venv=$1
shift
stamp=$venv/.installed
want=$(cat requirements*.txt pyproject.toml | cksum; pwd)

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && [ -x "$venv/bin/python" ]; then
    touch "$stamp"
    exit 0
fi

if [ ! -x "$venv/bin/python" ]; then
    python=
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "error: Python 3.11 or newer is needed, and ${PYTHON:-python3} is not that ($(${PYTHON:-python3} --version 2>&1 || echo 'not found')); name one with PYTHON=…" >&2
        exit 1
    fi
    echo "Making $venv with $("$python" --version) …"
    if ! "$python" -m venv "$venv"; then
        echo "error: $python could not make a virtual environment (on Debian and Ubuntu: install python3-venv)" >&2
        exit 1
    fi
fi

echo "Installing into $venv: $* (about a minute, once) …"
rm -f "$stamp"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
printf '%s\n' "$want" > "$stamp"
