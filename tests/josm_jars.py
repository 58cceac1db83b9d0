"""The JOSMs that tests run, and how Java starts them."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.command import missing

JOSM_JAR = Path("/usr/share/josm/josm.jar")
NEWER_JAR = Path(__file__).parent.parent / "build/newer-josm/usr/share/josm/josm.jar"
"""The JOSM of Debian's testing, which is unpacked but not installed."""

_TRUST_STORE_PASSWORD = "changeit"  # keytool requires one; the file holds nothing secret

_EXPORTS = [
    "--add-exports=java.base/sun.security.action=ALL-UNNAMED",
    "--add-exports=java.desktop/com.sun.imageio.plugins.jpeg=ALL-UNNAMED",
    "--add-exports=java.desktop/com.sun.imageio.spi=ALL-UNNAMED",
]
"""What JOSM's start script passes to Java. Without it, JOSM stops at a dialog."""


def missing_parts(jar: Path = JOSM_JAR) -> str | None:
    """Return a sentence on how to get what is missing to run a JOSM, or None."""
    if jar == NEWER_JAR and not jar.is_file():
        return "Running the JOSM of Debian's testing in a test needs: make newer-josm"
    found = {
        "josm": JOSM_JAR.is_file(),
        "default-jre": shutil.which("java") and shutil.which("keytool"),
        "xvfb": shutil.which("Xvfb"),
        "xdotool": shutil.which("xdotool"),
    }
    return missing("Running JOSM in a test", found)


def revision(jar: Path) -> str:
    """Return the revision of a JOSM."""
    with zipfile.ZipFile(jar) as archive:
        manifest = archive.read("META-INF/MANIFEST.MF").decode()
    found = re.search(r"^Main-Version: (\d+)", manifest, re.MULTILINE)
    assert found, manifest
    return found[1]


def command(jar: Path, *options: str) -> list[str]:
    """Return the command that starts a JOSM, with options for Java.

    `-jar` would not do for the newer one: its jar names the libraries of the system, not its own.
    """
    libraries = jar.parent.parent / "java"
    path = f"{libraries}/jmapviewer.jar:{libraries}/gettext-commons.jar:{jar}"
    main = "org.openstreetmap.josm.gui.MainApplication"
    return ["java", *options, *_EXPORTS, "-cp", path, main]


def trust_store(ca_pem: Path, folder: Path) -> Path:
    """Make a Java trust store that contains a certificate authority, and return its path."""
    store = folder.resolve() / "trust.p12"
    store.unlink(missing_ok=True)
    where = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", _TRUST_STORE_PASSWORD]
    subprocess.run(
        ["keytool", "-importcert", "-noprompt", "-alias", "test-ca", "-file", str(ca_pem), *where],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    return store


def trust(store: Path) -> list[str]:
    """Return the options that make Java trust a store that `trust_store` made."""
    return [
        f"-Djavax.net.ssl.trustStore={store.resolve()}",
        f"-Djavax.net.ssl.trustStorePassword={_TRUST_STORE_PASSWORD}",
    ]
