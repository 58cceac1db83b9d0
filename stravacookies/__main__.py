"""Run the command line with `python -m stravacookies`."""

from stravacookies.cli.main import program

program()
