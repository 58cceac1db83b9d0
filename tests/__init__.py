"""The test suite: run with `make test`."""

import os

# `make test` sets it, and the program would take itself to be started by `make`.
os.environ.pop("MAKELEVEL", None)
