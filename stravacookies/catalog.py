"""The activities and colours that Strava's heatmap offers, as data."""

from typing import NamedTuple


class Activity(NamedTuple):
    """What people recorded: one sport, or a group of sports.

    Attributes:
        key: Strava's word for it, as in the URL of a tile.
        name: Its display name. Groups begin with "All", so that they sort before the sports.
        synonyms: Other words that mappers search for, where the name does not contain them.
    """

    key: str
    name: str
    synonyms: tuple[str, ...] = ()


class Color(NamedTuple):
    """A colour ramp that Strava draws heat in.

    Attributes:
        key: Strava's word for it, as in the URL of a tile.
        name: Its display name.
        shades: Three colours of the ramp as `#rrggbb`, from little heat to much.
        synonyms: Other spellings of its name.
    """

    key: str
    name: str
    shades: tuple[str, str, str]
    synonyms: tuple[str, ...] = ()


GROUPS = (
    Activity("all", "All"),
    Activity("ride", "All rides", ("bicycle", "cycling")),
    Activity("run", "All on foot", ("running", "walking", "hiking")),  # not only runs
    Activity("water", "All water sports"),
    Activity("winter", "All winter sports", ("ski",)),
)
"""All sports together, and groups of sports."""

SPORTS = (
    Activity("sport_Run", "Run", ("running",)),
    Activity("sport_TrailRun", "Trail run", ("running",)),
    Activity("sport_Walk", "Walk", ("walking",)),
    Activity("sport_Hike", "Hike", ("hiking",)),
    Activity("sport_Ride", "Ride", ("bicycle", "cycling")),
    Activity("sport_MountainBikeRide", "MTB", ("mountain bike", "bicycle")),
    Activity("sport_GravelRide", "Gravel ride", ("bicycle",)),
    Activity("sport_EBikeRide", "E-bike ride", ("bicycle",)),
    Activity("sport_EMountainBikeRide", "E-MTB", ("mountain bike", "bicycle")),
    Activity("sport_Velomobile", "Velomobile", ("bicycle",)),
    Activity("sport_Canoeing", "Canoeing"),
    Activity("sport_Kayaking", "Kayaking"),
    Activity("sport_Kitesurf", "Kitesurf"),
    Activity("sport_Rowing", "Rowing"),
    Activity("sport_Sail", "Sail", ("sailing",)),
    Activity("sport_StandUpPaddling", "Stand-up paddling", ("SUP",)),
    Activity("sport_Surfing", "Surfing"),
    Activity("sport_Swim", "Swim", ("swimming",)),
    Activity("sport_Windsurf", "Windsurf"),
    Activity("sport_AlpineSki", "Alpine ski", ("skiing", "downhill")),
    Activity("sport_BackcountrySki", "Backcountry ski", ("skiing", "ski touring")),
    Activity("sport_IceSkate", "Ice skate", ("skating",)),
    Activity("sport_NordicSki", "Nordic ski", ("skiing", "cross-country")),
    Activity("sport_Snowboard", "Snowboard"),
    Activity("sport_Snowshoe", "Snowshoe"),
    Activity("sport_Badminton", "Badminton"),
    Activity("sport_Basketball", "Basketball"),
    Activity("sport_Cricket", "Cricket"),
    Activity("sport_Dance", "Dance", ("dancing",)),
    Activity("sport_Golf", "Golf"),
    Activity("sport_Handcycle", "Handcycle"),
    Activity("sport_InlineSkate", "Inline skate", ("skating",)),
    Activity("sport_Padel", "Padel"),
    Activity("sport_PhysicalTherapy", "Physical therapy"),
    Activity("sport_Pickleball", "Pickleball"),
    Activity("sport_RockClimbing", "Rock climbing"),
    Activity("sport_RollerSki", "Roller ski", ("skiing",)),
    Activity("sport_Skateboard", "Skateboard"),
    Activity("sport_Soccer", "Soccer"),
    Activity("sport_Tennis", "Tennis"),
    Activity("sport_Volleyball", "Volleyball"),
    Activity("sport_Wheelchair", "Wheelchair"),
)

CLASSIC_COLORS = (
    Color("hot", "hot", ("#8b0000", "#ff3b00", "#ffee66")),
    Color("blue", "blue", ("#0a2a7f", "#1f7bff", "#d6f0ff")),
    Color("purple", "purple", ("#4a0a7f", "#b13cff", "#ffe0ff")),
    Color("gray", "gray", ("#4d4d4d", "#a6a6a6", "#ffffff"), ("grey",)),
    Color("bluered", "blue-red", ("#1f4bff", "#9b3fa8", "#ff2a1f")),
)

NEWER_COLORS = (
    Color("mobileblue", "light blue", ("#00207f", "#0060ff", "#8fd0ff")),
    Color("orange", "orange", ("#a04a00", "#fc7a1e", "#ffe9d2")),
)
