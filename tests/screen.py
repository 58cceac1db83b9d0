"""A virtual screen for programs with windows, a person who types at it, and pictures of it."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageGrab

SIZE = (1280, 800)

PACKAGES = {"xvfb": shutil.which("Xvfb"), "xdotool": shutil.which("xdotool")}
"""What this needs, by Debian's names, and whether it is installed."""


def start(log: Path) -> "tuple[subprocess.Popen[bytes], str]":
    """Start a screen that prints into a file, and return its process and its name."""
    size = f"{SIZE[0]}x{SIZE[1]}x24"
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", size, "-noreset"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file
        )
    assert process.stdout
    number = process.stdout.readline().decode().strip()
    assert number, f"Xvfb did not start: {log.read_text()}"
    hide_pointer({"DISPLAY": f":{number}"})
    return process, f":{number}"


def hide_pointer(environment: Mapping[str, str]) -> None:
    """Move the pointer out of the way: programs draw what is under it differently."""
    xdotool(environment, "mousemove", str(SIZE[0] - 1), str(SIZE[1] - 1))


def xdotool(environment: Mapping[str, str], *words: str) -> None:
    """Press keys and the like on the screen that an environment names."""
    subprocess.run(
        ["xdotool", *words],
        env={"PATH": "/usr/bin:/bin", **environment},
        check=True,
        capture_output=True,
        timeout=20,
    )


def grab(environment: Mapping[str, str]) -> Image.Image:
    """Return a picture of the screen that an environment names."""
    return ImageGrab.grab(xdisplay=environment["DISPLAY"])


def save(picture: Image.Image, path: Path) -> None:
    """Save a picture as a PNG of 256 colours, which take a third of the space.

    They are chosen so that small things such as icons keep theirs.
    """
    colors = picture.convert("RGB").quantize(
        256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE
    )
    colors.save(path, optimize=True)
