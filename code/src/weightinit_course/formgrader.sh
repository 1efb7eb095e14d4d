#!/bin/sh
# nbgrader's formgrader on a term's folder: marks the written answers in the browser.
# JupyterLab's settings live in that folder, so that nothing of the user's own Jupyter is changed.
set -eu
folder=$1
shift
test -f "$folder/gradebook.db" || { echo "error: there is no $folder; run: make release TERM=$(basename "$folder")" >&2; exit 2; }
cd "$folder"
export JUPYTER_CONFIG_DIR="$PWD/.jupyter"
mkdir -p "$JUPYTER_CONFIG_DIR"
jupyter server extension enable --user --py nbgrader > /dev/null 2>&1
jupyter labextension enable --level=user nbgrader > /dev/null 2>&1 || true
exec jupyter lab --config "$PWD/nbgrader_config.py" --ServerApp.root_dir="$PWD" --LabApp.default_url=/formgrader/gradebook "$@"
