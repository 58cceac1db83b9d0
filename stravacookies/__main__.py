"""The program: what `stravacookies` and `python -m stravacookies` start."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def program() -> NoReturn:
    """Run the command line, and end its process at once.

    A run is over before cyclic garbage matters, so Python need not look for it (in a refresh, 16 ms
    of 190), nor free each object at the end (6 ms).
    """
    gc.disable()
    try:
        from stravacookies.cli import main  # imported here: imports make most objects

        main.main()
    except KeyboardInterrupt:  # click reports the others
        sys.exit("Aborted!")
    except SystemExit as end:
        if isinstance(end.code, str):
            raise  # Python prints it
        code = end.code or 0
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # it has been reported
            if stream:
                stream.flush()
    os._exit(code)


if __name__ == "__main__":
    program()
