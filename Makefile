# Every target makes the virtual environment when it is missing, and installs again only when what it needs has changed.
# With an up-to-date environment nothing here needs the network. The repository may stand in a folder with a space.

VENV  := .venv
PEERS := .venv-peers
LOW   := .venv-low
BIN   := $(VENV)/bin
STEPS := lint unit coursework nbval book site

# nbclient, nbval and the kernel look for programs of the environment first.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
export JUPYTER_PLATFORM_DIRS := 1
# In a locale without UTF-8 (LC_ALL=C) neither pip nor Python can name a folder with an umlaut: the first that has it serves.
ifneq ($(shell locale charmap 2>/dev/null),UTF-8)
  export LC_ALL := $(firstword $(shell locale -a 2>/dev/null | grep -i -x -E '(C|en_US)\.utf-?8') C.UTF-8)
endif
# Several workers share the cores: BLAS threads that wait for each other would take many times as long. A setting from
# outside is respected, so that other thread counts and kernels can be tried.
export OPENBLAS_NUM_THREADS ?= 1

# A page shows 88 columns of code; everything else has 120.
NOTEBOOKS := index.ipynb $(wildcard chapters/*.ipynb coursework/source/*/*.ipynb code/src/*/templates/*.ipynb)

PYTEST   := -m pytest -q -p no:cacheprovider
PARALLEL := -n 2 --dist worksteal

# TERM is a term of the course on the command line only: in the environment it names the terminal, and no program may
# take a term for one.
ifneq ($(filter command,$(firstword $(origin TERM))),)
  unexport TERM
endif

# $(call quoted,NAME): the value of NAME as one word of the shell, whatever it holds
quoted = '$(subst ','\'',$(value $(1)))'
# $(call given,NAME): the same, if NAME stands on the command line; otherwise one line that says so
given = $(if $(filter command,$(firstword $(origin $(1)))),$(quoted),$(error error: $(1) is missing; see make help))

ifneq ($(filter command,$(firstword $(origin COURSE))),)
  $(error error: COURSE is called TERM now: make $(firstword $(MAKECMDGOALS)) TERM=$(COURSE))
endif

.PHONY: help book serve lab chapter notebooks power test $(STEPS) test-attacks peers lowest mutants format bench zip pdf epub picture \
        release grade grade-demo formgrader clean distclean
.DEFAULT_GOAL := help

help:
	@echo "read and write"
	@echo "  make book        build the site into _build/html"
	@echo "  make serve [PORT=8000]  build it and serve it at http://localhost:8000"
	@echo "  make lab [ARGS=\"--no-browser --port 8889\"]  a working copy of the chapters in work/, opened in JupyterLab; keeps your changes"
	@echo "  make notebooks [CHAPTER=5]  run the notebooks again and store their outputs"
	@echo "  make chapter NAME=13-sparse [TITLE=\"Sparse networks\"]  a new chapter that passes every test"
	@echo "  make format      repair what ruff can repair"
	@echo "  make zip         the site as one file that works from disk: _build/weightinit-site.zip"
	@echo "  make pdf         the whole book for paper: _build/weightinit.pdf (needs Chromium)"
	@echo "  make epub        the whole book for e-readers: _build/weightinit.epub (needs Chromium)"
	@echo "  make picture     the picture of the README, taken of the site anew (needs Chromium)"
	@echo "check"
	@echo "  make test        the six steps that follow, with the time of each; stops at the first that fails"
	@echo "  make lint        ruff, also inside the notebooks, and who imports whom"
	@echo "  make unit        unit and statistical tests, those of the notebooks' contents and of the repository"
	@echo "  make coursework  problem sets, marking, and what cheats cannot do"
	@echo "  make nbval       run every notebook and compare with its stored outputs; stores nothing"
	@echo "  make book        the build stops at any warning"
	@echo "  make site        Chromium and Firefox on every page of the built site"
	@echo "  make unit ARGS=\"-k claims\"  arguments for pytest, in every step that runs it"
	@echo "  make test-attacks  a class is marked among attackers, as root and as an ordinary user; twenty minutes"
	@echo "  make peers       compare with torch, Keras and JAX, mark on dask; an environment of its own"
	@echo "  make power [CHAPTER=5]  run the notebooks: does each claim fail when its prediction is off by 10 %?"
	@echo "  make lowest      unit and statistical tests with the lowest versions that pyproject.toml allows"
	@echo "  make mutants     break the package in 150 places, one at a time, and see whether a test notices; hours"
	@echo "  make bench       time the package against bare matrix products (and torch, if it is installed)"
	@echo "assign"
	@echo "  make release TERM=2027-spring [PS=ps2]  student notebooks, solutions, rubrics of a term"
	@echo "       [STUDENTS=roster.csv ARGS=--per-student]  with numbers of their own for each student"
	@echo "  make grade TERM=2027-spring PS=ps2 SUBMISSIONS=folder [STUDENTS=roster.csv]  mark a class"
	@echo "  make grade-demo [PS=ps2]  mark a class of made-up submissions"
	@echo "  make formgrader TERM=2027-spring  mark the written answers in the browser"
	@echo "tidy"
	@echo "  make clean       remove what was built; work/, with your changes, and the terms in _build/coursework, with marks, stay"
	@echo "  make distclean   also remove the environments; the same stays"

# ---- environments ---------------------------------------------------------------------------------------------------
$(VENV)/.installed: requirements.txt requirements-student.txt pyproject.toml
	@sh code/environment.sh $(VENV) -r requirements.txt

$(PEERS)/.installed: requirements-peers.txt requirements.txt requirements-student.txt pyproject.toml
	@sh code/environment.sh $(PEERS) -r requirements-peers.txt

$(LOW)/.installed: pyproject.toml | $(VENV)/.installed
	@mkdir -p $(LOW) && $(BIN)/python code/lowest.py > $(LOW)/lowest.txt
	@sh code/environment.sh $(LOW) -e ".[test]" -c $(LOW)/lowest.txt

book serve lab chapter notebooks power $(STEPS) test-attacks mutants format bench zip pdf epub picture release grade grade-demo formgrader: $(VENV)/.installed
peers: $(PEERS)/.installed
lowest: $(LOW)/.installed

# ---- read and write -------------------------------------------------------------------------------------------------
book:
	@$(BIN)/python -m weightinit_book build

# a port that is taken is said before anything is built; http.server says where it listens once it does
serve:
	@$(BIN)/python -c "import socket; socket.create_server(('127.0.0.1', $(or $(PORT),8000)))" 2>/dev/null \
	    || { echo "error: port $(or $(PORT),8000) cannot be used; another one: make serve PORT=8001" >&2; exit 2; }
	@$(MAKE) --no-print-directory book
	@$(BIN)/python -u -m http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),8000) 2>/dev/null

lab:
	@$(BIN)/python -m weightinit_book lab $(ARGS)

power:
	@$(BIN)/python -m weightinit_book power $(CHAPTER)

chapter:
	@$(BIN)/python -m weightinit_book.chapter $(call given,NAME) $(if $(TITLE),$(call quoted,TITLE))

notebooks:
	@$(BIN)/python -m weightinit_book execute $(CHAPTER)

zip: book
	@$(BIN)/python -m weightinit_book zip

pdf: book
	@$(BIN)/python -m weightinit_book pdf

epub: book
	@$(BIN)/python -m weightinit_book epub

picture: book
	@$(BIN)/python -m weightinit_book picture

# ---- check ----------------------------------------------------------------------------------------------------------
test:
	@$(if $(ARGS),$(error error: make test takes no ARGS, it makes all steps; one step: make unit, and so on ($(STEPS))))
	@set -e; all=$$(date +%s); took=; \
	for step in $(STEPS); do \
	    start=$$(date +%s); \
	    echo "── $$step"; \
	    $(MAKE) --no-print-directory $$step || { code=$$?; echo "FAILED: $$step (exit code $$code)" >&2; exit $$code; }; \
	    took="$$took$$step $$(($$(date +%s) - start)) s · "; \
	done; \
	echo "Time: $${took}together $$(($$(date +%s) - all)) s"

lint:
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff format --check --quiet --line-length 88 $(NOTEBOOKS)
	@said=$$($(BIN)/lint-imports --no-cache --no-logo 2>&1) || { echo "$$said"; exit 1; }

unit:
	@$(BIN)/python $(PYTEST) $(PARALLEL) -m "not peers" tests --ignore=tests/site --ignore=tests/coursework \
	    --ignore=tests/attacks $(ARGS)

coursework:
	@$(BIN)/python $(PYTEST) $(PARALLEL) -m "not peers" tests/coursework $(ARGS)

# a notebook stays on one worker, since its cells depend on each other
nbval:
	@$(BIN)/python $(PYTEST) -p weightinit_book.surroundings --nbval -n 2 --dist loadscope --durations=5 index.ipynb chapters/*.ipynb $(ARGS)

site:
	@$(BIN)/python $(PYTEST) -rs $(PARALLEL) tests/site $(ARGS)

# who marks stays on one worker, since a run without attackers is what the others are compared with
test-attacks:
	@$(BIN)/python $(PYTEST) -rs -n 2 --dist loadgroup --durations=5 tests/attacks $(ARGS)

peers:  # with a library missing, a test fails instead of being skipped
	@PATH="$(CURDIR)/$(PEERS)/bin:$$PATH" KERAS_BACKEND=jax WEIGHTINIT_REQUIRE_PEERS=1 \
	    $(PEERS)/bin/python $(PYTEST) $(PARALLEL) --durations=5 -m peers tests --ignore=tests/site $(ARGS)

lowest:
	@$(LOW)/bin/python $(PYTEST) $(PARALLEL) -m "not peers" tests/unit tests/statistical $(ARGS)

mutants:
	@$(BIN)/python tests/mutants.py $(ARGS)

format:
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/ruff format --line-length 88 $(NOTEBOOKS)

bench:
	@$(BIN)/python code/bench/bench_mlp.py

# ---- assign ---------------------------------------------------------------------------------------------------------
release:
	@$(BIN)/python -m weightinit_course release $(call given,TERM) $(PS) \
	    $(if $(value STUDENTS),--students $(call quoted,STUDENTS)) $(ARGS)

grade:
	@$(BIN)/python -m weightinit_course grade $(call given,TERM) $(call given,PS) $(call given,SUBMISSIONS) \
	    $(if $(value STUDENTS),--students $(call quoted,STUDENTS)) $(ARGS)

grade-demo:
	@$(BIN)/python -m weightinit_course demo $(or $(PS),ps2) $(ARGS)

formgrader:
	@$(BIN)/python -m weightinit_course formgrader $(call given,TERM) $(ARGS)

# ---- tidy -----------------------------------------------------------------------------------------------------------
# a term's folder holds what cannot be built again: marks, and the secret that draws hidden numbers
clean:
	@rm -rf .pytest_cache .ruff_cache .hypothesis build _build/coursework/demo _build/coursework/demo-submissions
	@if [ -L _build ]; then rm _build; fi
	@if [ -d _build ]; then find _build -mindepth 1 -maxdepth 1 ! -name coursework -exec rm -rf {} +; fi
	@rmdir _build/coursework _build 2>/dev/null || true
	@find . \( -path './.venv*' -o -path ./_build \) -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints -o -name '*.egg-info' \) -prune \
	    -exec rm -rf {} +

distclean: clean
	@rm -rf $(VENV) $(PEERS) $(LOW)
