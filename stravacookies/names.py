"""Activities, colours and layers by the names that users have for them."""

from collections.abc import Collection

from stravacookies.heatmap import TODAY, Layer


def of_layer(layer: Layer) -> str:
    """Return the name of a layer, as ACTIVITY:COLOR."""
    return f"{layer.activity.key}:{layer.color.key}"


ACTIVITIES = tuple(activity.key for activity in TODAY.activities)
COLORS = tuple(color.key for color in TODAY.colors)
LAYERS = tuple(map(of_layer, TODAY.layers()))


def explain_unknown(name: str, known: Collection[str]) -> str:
    """Tell that a name is not known, and which one may have been meant."""
    import difflib  # only here, where a run ends

    alike = [other for other in known if name.lower() in other.lower()]
    alike = alike[:4] or difflib.get_close_matches(name, known)
    if alike:
        hint = f"did you mean {' or '.join(alike)}?"
    elif len(known) < 10:
        hint = f"there are {', '.join(known)}."
    else:
        hint = "'stravacookies josm-prefs --help' lists all."
    return f"{name!r} is not to be had; {hint}"
