"""A module for each command: what it takes, does and tells; and two with what they share."""

SHORT_HELP = {
    "josm-prefs": "Write the layers, with fresh cookies, for JOSM.",
    "live": "Open layers in the JOSM that is running.",
    "preview": "Write a page that shows what layers look like.",
    "login": "Take the Strava session from a browser or a file.",
    "logout": "Remove the kept session and cookies.",
    "remove": "Take the heatmap out of JOSM again.",
    "status": "Tell whether you could start to map now.",
    "doctor": "Check the whole chain, and tell what to do.",
    "cookies": "Print the cookies for other programs.",
    "url": "Print the URL of a layer for JOSM.",
    "cartograph": "Write map sources for Cartograph on the phone.",
    "render": "Render a template of your own.",
    "completion": "Print what makes a shell complete commands.",
}
"""All commands, and what each is for; told without importing them, which takes long."""
