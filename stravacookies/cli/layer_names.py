"""The names of activities, colours and layers, as users type them."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from stravacookies.catalog import SPORTS, Activity
from stravacookies.heatmap import CURRENT
from stravacookies.installation import command
from stravacookies.wording import listed

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_MOST_HINTS = 4
"""How many names a hint suggests."""

_ALIKE = 0.7
"""How similar a suggestion must be, from 0 to 1. 'jogging' and 'rowing' score 0.6."""

_MOST_WORDS = 6
"""How many words a name can have, such as `All winter sports, light blue`, and one to spare."""

_GAP = r"[\W_]+"
"""What separates the words of a name."""


_GROUP_WORDS = {"ride": ("bike", "bicycle", "biking"), "run": ("foot", "on foot")}
"""What people call groups. Each word stands for all sports of its group."""


class Name(click.ParamType[str]):
    """A parameter type for names of one kind. Their keys are what the program works with.

    Attributes:
        name: What the names stand for.
        known: All keys.
    """

    known: tuple[str, ...]

    @abstractmethod
    def matches(self, text: str) -> Sequence[str]:
        """Return the keys that a text can mean: one, unless it is unknown or ambiguous."""

    @abstractmethod
    def unknown(self, text: str) -> str:
        """Return the message for an unknown name, with the names that the user may have meant."""

    def find(self, text: str) -> str:
        """Return the key that a text means; a key means itself.

        Raises:
            ValueError: There is no such name, or it is ambiguous.
        """
        if text in self.known:
            return text
        matches = self.matches(text)
        if not matches:
            raise ValueError(self.unknown(text))
        if len(matches) > 1:
            raise ValueError(f"{text!r} could mean {listed(matches, 'or')}.")
        return matches[0]

    def find_all(self, words: Sequence[str]) -> list[str]:
        """Return the keys that words mean, where a name may be spread over several words.

        The longest name counts: `ride blue red` is blue-red, not blue.

        Raises:
            ValueError: There is no such name, or it is ambiguous.
        """
        found: list[str] = []
        while words:
            most = min(len(words), _MOST_WORDS)
            ends = range(most, 0, -1)
            end = next((end for end in ends if self.matches(" ".join(words[:end]))), 0)
            if not end:  # what is unknown ends before the next name
                end = next((end for end in range(1, most) if self.matches(words[end])), most)
            found.append(self.find(" ".join(words[:end])))
            words = words[end:]
        return found

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the names in an environment variable: separated by spaces, and containing some."""
        try:
            return self.find_all(re.split(r"[\s,]+", rv.strip(" ,")))
        except ValueError as error:
            self.fail(str(error))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the key of a name, or end with a usage error."""
        try:
            return self.find(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the keys that begin with what was typed."""
        from click.shell_completion import CompletionItem  # imported here: few runs complete

        return [CompletionItem(key) for key in self.known if key.startswith(incomplete)]


class _PartName(Name):
    """The names of activities, or those of colours.

    Args:
        name: What the names stand for.
        spellings: For each key, its names by rank. Names of a rank count only where no name of the
            ranks before it fits.
    """

    def __init__(self, name: str, spellings: Mapping[str, tuple[Iterable[str], ...]]) -> None:
        self.name = name
        self.known = tuple(spellings)
        self._spellings = spellings

    @cached_property
    def _ranks(self) -> list[dict[str, list[str]]]:
        """The keys that each name can mean, by rank."""
        ranks = []
        for rank in zip(*self._spellings.values(), strict=True):
            keys: dict[str, list[str]] = {}
            for key, names in zip(self._spellings, rank, strict=True):
                for plain in {_plain(each) for each in names}:
                    keys.setdefault(plain, []).append(key)
            ranks.append(keys)
        return ranks

    def matches(self, text: str) -> Sequence[str]:
        """Return the keys that a text can mean: one, unless it is unknown or ambiguous."""
        plain = _plain(text)
        return next((keys[plain] for keys in self._ranks if plain in keys), [])

    def unknown(self, text: str) -> str:
        """Return the message for an unknown name, with the names that the user may have meant."""
        near = list(dict.fromkeys(self._near(text)))[:_MOST_HINTS]
        if near:
            hint = f"Did you mean {listed(near, 'or')}?"
        elif len(self.known) < 10:
            hint = f"Choose from {', '.join(self.known)}."
        else:
            hint = f"'{command('josm-prefs', '--help')}' lists them all."
        return f"There is no {self.name} {text!r}. {hint}"

    def _near(self, text: str) -> list[str]:
        """Return the keys whose names contain all words of a text, or else are like it."""
        import difflib  # imported here: only errors need it

        plain = _plain(text)
        words = [_plain(word) for word in re.split(_GAP, text)]
        names = [(name, key) for rank in self._ranks for name, keys in rank.items() for key in keys]
        if max(map(len, words)) > 2 and (
            near := [key for name, key in names if all(word in name for word in words)]
        ):
            return near
        # The first letter is seldom mistyped, and biking is not hiking.
        alike = [name for name, _ in names if name[0] == plain[:1]]
        close = difflib.get_close_matches(plain, alike, cutoff=_ALIKE)
        return [key for each in close for name, key in names if name == each]


class _LayerName(Name):
    """The names of layers: an activity and then a colour, however they are separated."""

    name = "layer"
    known = tuple(layer.key for layer in CURRENT.layers())

    def matches(self, text: str) -> Sequence[str]:
        """Return the keys that a text can mean: one, unless it is unknown or ambiguous."""
        activity, color = _parts(text)
        colors = COLOR.matches(color)
        return [f"{each}:{color}" for each in ACTIVITY.matches(activity) for color in colors]

    def unknown(self, text: str) -> str:
        """Return the message for an unknown name: which part of it is unknown, or missing."""
        activity, color = _parts(text)
        activities = ACTIVITY.matches(activity)
        for gap in re.finditer(_GAP, text):
            color_first, swapped = text[: gap.start()], text[gap.end() :]
            if COLOR.matches(color_first) and ACTIVITY.matches(swapped):
                return f"{text!r} is not a layer. Did you mean '{swapped}:{color_first}'?"
        if activity and not activities:
            return ACTIVITY.unknown(activity)
        if activity and color:
            return COLOR.unknown(color)
        example = f"{(*activities, 'all')[0]}:{(*COLOR.matches(color), 'hot')[0]}"
        return f"{text!r} is not a layer. Give an activity and a colour, such as {example}."


class LayersArgument(click.Argument):
    """An argument for layers, each of which can be one word or several: `ride:hot hike blue`."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the keys of the layers, or end with a usage error."""
        if ctx.resilient_parsing:  # completion needs the words
            return value
        try:
            return tuple(LAYER.find_all(value))
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return activities that begin with what was typed, or else layers; then colours."""
        before = ctx.params.get("layers")
        if before and ACTIVITY.matches(before[-1]):
            return COLOR.shell_complete(ctx, self, incomplete)
        activities = ACTIVITY.shell_complete(ctx, self, incomplete)
        return activities or LAYER.shell_complete(ctx, self, incomplete)


def _plain(text: str) -> str:
    """Return a text in lower case, without spaces, hyphens and such."""
    return "".join(filter(str.isalnum, text.lower()))


def _parts(text: str) -> tuple[str, str]:
    """Split a layer's name where both parts, or else one of them, are names."""
    gaps = [match.span() for match in re.finditer(_GAP, text)]
    splits = [(text[:start], text[end:]) for start, end in reversed(gaps)]
    return max(
        [*splits, (text, ""), ("", text)],
        key=lambda parts: bool(ACTIVITY.matches(parts[0])) + bool(COLOR.matches(parts[1])),
    )


def _activity_names(activity: Activity) -> tuple[Iterable[str], ...]:
    """Return the names of an activity by rank. Groups have no synonyms: `hiking` is a sport."""
    words = _GROUP_WORDS.get(activity.key, ())
    names = (activity.key.removeprefix("sport_"), activity.name, *words)
    return [activity.key], names, activity.synonyms if activity in SPORTS else ()


ACTIVITY = _PartName("activity", {each.key: _activity_names(each) for each in CURRENT.activities})
COLOR = _PartName(
    "colour", {each.key: ([each.key], [each.name, *each.synonyms]) for each in CURRENT.colors}
)
LAYER = _LayerName()
