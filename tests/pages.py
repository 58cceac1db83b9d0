"""Writes a page for each command into docs/commands, from its help: `make docs`."""

import sys
from pathlib import Path

from stravacookies.cli.commands import SHORT_HELP
from tests.command import run_in_process

COMMANDS = sorted(SHORT_HELP.items())
FOLDER = Path(__file__).parent.parent / "docs" / "commands"


def pages() -> dict[str, str]:
    """Return the pages that the folder should contain, by file name."""
    index = [f"- [stravacookies {name}]({name}.md): {text}" for name, text in COMMANDS]
    pages = {"README.md": "# All commands\n\n" + "\n".join(index) + "\n"}
    for name, _ in COMMANDS:
        # On a wide terminal, too, the help is as wide as without one.
        outcome = run_in_process(name, "--help", environment={"COLUMNS": "80"})
        pages[f"{name}.md"] = f"# stravacookies {name}\n\n```text\n{outcome.out}```\n"
    return pages


def main(folder: Path) -> None:
    """Write all pages, and remove those of commands that no longer exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in set(folder.glob("*.md")) - {folder / name for name in pages()}:
        path.unlink()
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
