# Every target makes the virtual environment when it is missing, and installs again only when requirements.txt or
# pyproject.toml have changed. With an up-to-date environment nothing here needs the network.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
SITE   := _build/html
CHAPTER ?=
ARGS   ?=

# coursework: the term (it draws the variant), the problem sets, the folder of submissions, the roster
COURSE      ?=
PS          ?=
SUBMISSIONS ?=
STUDENTS    ?=

# nbclient, nbval and the kernel look for programs of the environment first.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help book test lab serve notebooks lint format bench zip pdf release grade grade-demo formgrader clean distclean
.DEFAULT_GOAL := help

help:
	@echo "make book       build the site into $(SITE)"
	@echo "make serve      build it and serve it at http://localhost:8000"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make test       lint, unit, statistical, notebook and browser tests"
	@echo "make notebooks  run the chapters again and store their outputs (one chapter: make notebooks CHAPTER=05)"
	@echo "make lint       ruff, also inside the notebooks;  make format repairs what it can"
	@echo "make bench      time the package against bare matrix products (and torch, if it is installed)"
	@echo "make zip        the site as one file that works from disk: _build/weightinit-site.zip"
	@echo "make pdf        the whole book as _build/weightinit.pdf (needs Chromium)"
	@echo "make release COURSE=2027-spring [PS=ps2]     student notebooks, solutions, rubrics of a term"
	@echo "make grade COURSE=2027-spring PS=ps2 SUBMISSIONS=folder [STUDENTS=roster.csv]     mark a class"
	@echo "make grade-demo [PS=ps2]     mark a class of made-up submissions"
	@echo "make formgrader COURSE=2027-spring     mark the written answers in the browser"
	@echo "make clean      remove what was built;  make distclean also removes the environment"

$(STAMP): requirements.txt pyproject.toml
	@sh code/environment.sh $(VENV)

book: $(STAMP)
	@$(BIN)/python -m weightinit_book.build

serve: book
	@echo "The book is at http://localhost:8000 (Ctrl-C stops)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE) 8000

lab: $(STAMP)
	@$(BIN)/jupyter lab --ServerApp.root_dir=. chapters

notebooks: $(STAMP)
	@$(BIN)/python -m weightinit_book.execute $(CHAPTER)

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

test: $(STAMP)
	@$(BIN)/python tests/run.py $(ARGS)

bench: $(STAMP)
	@$(BIN)/python code/bench/bench_mlp.py

zip: book
	@$(BIN)/python -m weightinit_book.pack zip

pdf: book
	@$(BIN)/python -m weightinit_book.pack pdf

release: $(STAMP)
	$(call need,COURSE)
	@$(BIN)/python -m weightinit_course release $(COURSE) $(PS)

grade: $(STAMP)
	$(call need,COURSE)
	$(call need,PS)
	$(call need,SUBMISSIONS)
	@$(BIN)/python -m weightinit_course grade $(COURSE) $(PS) $(SUBMISSIONS) $(if $(STUDENTS),--students $(STUDENTS)) $(ARGS)

grade-demo: $(STAMP)
	@$(BIN)/python -m weightinit_course demo $(or $(PS),ps2) $(ARGS)

formgrader: $(STAMP)
	$(call need,COURSE)
	@sh code/src/weightinit_course/formgrader.sh _build/coursework/$(COURSE) $(ARGS)

# $(call need,NAME): stop with a line that says how the variable is given
need = @test -n "$($(1))" || { echo "error: $(1) is missing; see make help"; exit 2; }

clean:
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis build
	@find . -path ./$(VENV) -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints -o -name '*.egg-info' \) -prune -exec rm -rf {} +

distclean: clean
	@rm -rf $(VENV)
