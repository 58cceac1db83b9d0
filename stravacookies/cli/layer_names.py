"""The names that users type for activities, colours and layers."""

import re

import click
from click.shell_completion import CompletionItem

from stravacookies.heatmap import CURRENT
from stravacookies.wording import listed


class Name(click.ParamType[str]):
    """A parameter type for one of a set of names, which it checks and completes.

    Args:
        name: What the names stand for.
        known: All names.
    """

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known

    def unknown(self, value: str) -> str:
        """Return the message for an unknown name, with the names that the user may have meant."""
        import difflib  # imported here: only errors need it

        words = re.split(r"[\s,:]+", value.lower())  # JOSM finds a layer by "hike blue"
        similar = [name for name in self.known if all(word in name.lower() for word in words)]
        similar = similar[:4] or difflib.get_close_matches(value, self.known)
        if similar:
            hint = f"Did you mean {listed(similar, 'or')}?"
        elif len(self.known) < 10:
            hint = f"Choose from {', '.join(self.known)}."
        else:
            hint = "'stravacookies josm-prefs --help' lists them all."
        return f"There is no {self.name} {value!r}. {hint}"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or end with a usage error."""
        if value not in self.known:
            self.fail(self.unknown(value), param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin with what was typed: activities first, then layers."""
        names = [name for name in self.known if name.startswith(incomplete)]
        activities = [name for name in names if ":" not in name]
        return [CompletionItem(name) for name in activities or names]


ACTIVITY = Name("activity", tuple(each.key for each in CURRENT.activities))
COLOR = Name("colour", tuple(each.key for each in CURRENT.colors))
LAYER = Name("layer", tuple(each.key for each in CURRENT.layers()))
