"""JOSM's own code for its Imagery menu, without its window, on what the program wrote."""

import subprocess
from pathlib import Path

import pytest

from tests import josm_jars
from tests.command import Run, require
from tests.josm.documents import USED
from tests.josm_jars import JOSM_JAR

pytestmark = pytest.mark.josm

PRINT_MENU = """
import java.io.File;
import java.util.*;
import org.openstreetmap.josm.data.imagery.*;
import org.openstreetmap.josm.data.preferences.*;
import org.openstreetmap.josm.spi.preferences.*;
class PrintMenu { public static void main(String[] files) throws Exception {
    var preferences = new MemoryPreferences();
    Config.setPreferencesInstance(preferences);
    Config.setUrlsProvider(JosmUrls.getInstance());
    Config.setBaseDirectoriesProvider(JosmBaseDirectories.getInstance());
    var reader = new PreferencesReader(new File(files[0]), false);
    reader.parse();
    reader.getSettings().forEach(preferences::putSetting);
    preferences.putList("imagery.layers.sites", new ArrayList<>(Arrays.asList(files[1])));
    ImageryLayerInfo.instance.load(false);
    for (var entry : ImageryLayerInfo.instance.getLayers())
        if (entry.getId() != null) System.out.println("  " + entry.getName().split(" – ")[0]);
}}"""
"""Prints the entries with an id. Only our file counts, so that nothing is downloaded."""


@pytest.mark.parametrize(
    "arguments", [(), ("--show", "sport_Hike:blue"), ("--activity", "sport_Run")]
)
def test_summary_lists_what_josm_shows(
    run_here: Run, josm_directory: Path, arguments: tuple[str, ...]
) -> None:
    """What the summary lists is what JOSM makes of the files at its next start."""
    require(josm_jars.missing_parts())
    preferences = josm_directory / "preferences.xml"
    preferences.write_text(USED)
    summary = run_here("josm-prefs", *arguments).out
    (josm_directory / "PrintMenu.java").write_text(PRINT_MENU)
    options = [f"-Djosm.home={josm_directory}", "-Djava.awt.headless=true", "-cp", str(JOSM_JAR)]
    files = [preferences, josm_directory / "strava-heatmap.xml"]
    printed = subprocess.check_output(
        ["java", "-Dfile.encoding=UTF-8", *options, "PrintMenu.java", *map(str, files)],
        cwd=josm_directory,
        text=True,
        timeout=60,
    )
    entries = [line for line in printed.splitlines() if line.startswith("  ")]

    listed = summary.split("\n\n")[2].splitlines()[1:]
    nothing = ["  none of them yet: activate some in Imagery preferences"]
    assert sorted(entries or nothing) == sorted(listed)
