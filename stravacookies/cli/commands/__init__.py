"""The commands, one in each module: what it takes, does and says."""

SHORT_HELP = {
    "josm-prefs": "Write the layers, with fresh cookies, for JOSM.",
    "josm": "Refresh the layers, then start JOSM.",
    "live": "Open layers in a running JOSM.",
    "preview": "Write a page that shows what the layers look like.",
    "serve": "Serve tiles to JOSM, iD, Rapid and QGIS on this computer.",
    "login": "Take the Strava session from a browser or a file.",
    "logout": "Remove the kept session and cookies.",
    "remove": "Take the heatmap out of JOSM again.",
    "status": "Show whether you can start mapping now.",
    "doctor": "Check everything, and say how to fix what is wrong.",
    "cookies": "Print the heatmap cookies for other programs.",
    "url": "Print the URL of a layer for JOSM.",
    "cartograph": "Write map sources for the app Cartograph Maps.",
    "render": "Write a file for another editor, or from your template.",
    "completion": "Print a script for completion in a shell.",
}
"""All commands with a short help, which is shown without importing them."""
