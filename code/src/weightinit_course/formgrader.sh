#!/bin/sh
# nbgrader's formgrader on a course folder: marks the written answers in the browser.
# JupyterLab's settings live in the course folder, so that nothing of the user's own Jupyter is changed.
set -eu
course=$1
shift
test -f "$course/gradebook.db" || { echo "error: there is no $course; run: make release COURSE=$(basename "$course")"; exit 2; }
cd "$course"
export JUPYTER_CONFIG_DIR="$PWD/.jupyter"
mkdir -p "$JUPYTER_CONFIG_DIR"
jupyter server extension enable --user --py nbgrader > /dev/null 2>&1
jupyter labextension enable --level=user nbgrader > /dev/null 2>&1 || true
exec jupyter lab --config "$PWD/nbgrader_config.py" --ServerApp.root_dir="$PWD" --LabApp.default_url=/formgrader/gradebook "$@"
