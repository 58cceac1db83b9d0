"""Load a file of connections into QGIS, draw one of them, and print what came of it as JSON.

    python3 qgis_program.py FILE NAME

It runs in the Python that QGIS is for, not in ours.
"""

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsManageConnectionsDialog
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QListWidget

LUCERNE = QgsRectangle(919_000, 5_952_000, 931_000, 5_960_000)
"""In Web Mercator."""


def load(file: str) -> None:
    """Load all connections, as a user does from the menu of XYZ Tiles."""
    how = QgsManageConnectionsDialog
    dialog = how(None, how.Import, how.XyzTiles, file)
    dialog.findChild(QListWidget).selectAll()
    dialog.doExportImport()


def connections() -> dict[str, str]:
    """Return the connections that are below XYZ Tiles in the Browser, by name."""
    provider = QgsApplication.dataItemProviderRegistry().provider("XYZ Tiles")
    return {item.name(): item.uri() for item in provider.createDataItem("", None).createChildren()}


def draw(uri: str) -> int:
    """Draw a layer, and return how many colours the picture has."""
    layer = QgsRasterLayer(uri, "heat", "wms")
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(600, 400))
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(LUCERNE)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    return len({picture.pixel(x, y) for x in range(0, 600, 5) for y in range(0, 400, 5)})


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QgsApplication([], True)
    application.initQgis()
    load(sys.argv[1])
    loaded = connections()
    found = {"names": sorted(loaded), "colors": draw(loaded[sys.argv[2]])}
    print(json.dumps(found), flush=True)  # noqa: T201
    os._exit(0)  # QGIS may crash when it ends without a window
