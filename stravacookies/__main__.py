"""Run the command line with `python -m stravacookies`."""

from stravacookies.cli import main

main()
