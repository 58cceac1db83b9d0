# Every target works as the first command after a clone, with Python 3.11 or newer.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
SECONDS ?= 60
PEER := build/peer
NEWER_JOSM := build/newer-josm
LOWEST := build/lowest
RUNS ?= 15

# What people do, and what those who change the program do.
COMMANDS := login josm-prefs josm live serve preview status doctor remove logout \
    cartograph render url cookies completion
CHORES := help browser demo test newer-josm test-lowest fuzz lint format bench pictures docs clean
.PHONY: $(COMMANDS) $(CHORES)

# make would run the command, and then look for targets that are named as its arguments are.
NAMED := $(filter $(COMMANDS),$(MAKECMDGOALS))
UNKNOWN := $(filter-out $(COMMANDS) $(CHORES),$(MAKECMDGOALS))
ifneq (,$(and $(NAMED),$(UNKNOWN)))
$(error Put arguments into ARGS: make $(firstword $(NAMED)) ARGS="$(strip $(ARGS) $(UNKNOWN))")
endif

ifneq (,$(ARG)$(args)$(arg))
$(error Arguments go into ARGS, in capitals: make live ARGS="ride:hot")
endif

help:  ## List the targets
	@awk -F ':.*## *' '/^[a-z-]+:.*##/ { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'Commands take arguments in ARGS: make live ARGS="ride:hot", make live ARGS="--help"'

login:  ## Take the Strava session from your browser
josm-prefs:  ## Bring the Strava heatmap into JOSM
josm:  ## Refresh the layers, then start JOSM
live:  ## Open layers in a running JOSM
serve: $(VENV)/with-browser,serve  ## Serve tiles to JOSM, iD, Rapid and QGIS on this computer
preview:  ## Write a page that shows what the layers look like
status:  ## Show whether you can start mapping now
doctor:  ## Check everything, and say how to fix it
remove:  ## Take the heatmap out of JOSM again
logout:  ## Remove the kept session and cookies
cartograph:  ## Write map sources for the app Cartograph Maps
render:  ## Write a file for QGIS, Vespucci, QMapShack or another program
url:  ## Print the URL of a layer for JOSM
cookies:  ## Print the heatmap cookies
completion:  ## Print a script for completion in a shell

$(filter-out serve,$(COMMANDS)): $(VENV)/with-browser
$(COMMANDS):
	@$(BIN)/stravacookies $@ $(ARGS)

browser: $(VENV)/with-browser  ## Install what is needed to read a browser's cookies

demo: $(VENV)/with-demo  ## Try everything without an account, with made-up heat, in build/demo
	@rm -rf $(DEMO)
	@$(BIN)/python -m tests.demo $(DEMO) $(ARGS)

test: $(VENV)/with-test,install  ## Run all tests; those with real programs say what to install
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

newer-josm: $(NEWER_JOSM)  ## Download JOSM from Debian testing into build, for the tests

test-lowest: $(LOWEST)/installed  ## Run the tests without real programs, with the lowest versions of libraries
	@$(LOWEST)/bin/python -m pytest --numprocesses 2 --dist loadfile --ignore=tests/real $(ARGS)

fuzz: $(VENV)/with-fuzz  ## Search for input that breaks the parsers, for SECONDS each or as ARGS says
	@for target in preferences export; do \
	    $(BIN)/python -m tests.fuzz $$target build/fuzz $(or $(ARGS),-max_total_time=$(SECONDS)) || exit; \
	done

lint: $(VENV)/with-test,lint  ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 stravacookies

format: $(VENV)/with-test,lint  ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/with-demo,serve $(PEER)/installed  ## Compare commands with the least that their work could take, in RUNS runs
	@$(BIN)/python -m benchmarks $(RUNS) $(ARGS)

pictures: $(VENV)/with-test  ## Take the pictures in docs again, with a real JOSM and Chromium
	@REQUIRE_REAL_PARTS=1 $(BIN)/python -m pytest --pictures=docs $(ARGS)

docs: $(VENV)/with-test  ## Write docs/commands again, from the help of the commands
	@$(BIN)/python -m tests.pages

clean:  ## Remove everything that was created here
	rm -rf $(VENV) build dist .*_cache .hypothesis

.DEFAULT:
	$(error There is no target '$@': 'make help' lists them)

# Two set-ups at once would write into the same environment.
.NOTPARALLEL:

# Where Python is gone, or the clone was moved, the environment is set up again.
BROKEN := $(shell cd '$(BIN)' 2>/dev/null && test -x python && \
    grep -qsF "$$(pwd -P)/python" stravacookies || echo broken)
.PHONY: broken
broken:

# A stamp for each set of optional dependencies, as pyproject.toml names them.
$(VENV)/with-%: pyproject.toml bootstrap.py $(BROKEN)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo 'stravacookies needs Python 3.11 or newer, and $(PYTHON) is older or missing. Install one, or name the one that you have: make PYTHON=python3.11 $(MAKECMDGOALS)' >&2; \
	    exit 2; \
	}
	@$(PYTHON) bootstrap.py '$@'

# The lowest versions that pyproject.toml admits, in an environment of their own.
$(LOWEST)/installed: pyproject.toml
	@$(PYTHON) -m venv --clear $(LOWEST)
	@grep -oE '"[a-z0-9-]+>=[0-9.]+' $< | sed 's/"//; s/>=/==/' > $(LOWEST)/constraints.txt
	@$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --constraint $(LOWEST)/constraints.txt --editable '.[test]'
	@touch '$@'

# The program that the password login is compared with; its modules have the same names as ours.
$(PEER)/installed: Makefile
	@$(PYTHON) -m venv --clear $(PEER)
	@$(PEER)/bin/pip install --quiet --disable-pip-version-check stravaheatmap==4.3 stravacookies==1.3
	@touch '$@'

# Debian's testing, with a state and a cache of its own: nothing is installed, and apt checks the
# signatures with Debian's keys. As root, apt would otherwise download as another user.
$(NEWER_JOSM):
	@rm -rf $@.part && mkdir -p $(addprefix $@.part/,etc/apt/preferences.d var/lib/apt/lists/partial \
	    var/cache/apt/archives/partial)
	@echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian testing main' \
	    > $@.part/etc/apt/sources.list
	@cd $@.part && for command in update 'download josm jmapviewer libgettext-commons-java'; do \
	    apt-get -qq -o "Dir=$$PWD" -o APT::Sandbox::User=root $$command || exit; \
	done
	@for package in $@.part/*.deb; do dpkg -x "$$package" $@.part/unpacked || exit; done
	@mv $@.part/unpacked $@ && rm -r $@.part
