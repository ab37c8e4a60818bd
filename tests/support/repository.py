"""Where this repository lies, and what is installed beside its Python."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PLUGIN_FOLDER = Path(sys.executable).parent


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks an archive of ours; Python 3.11.2, as Debian 12 has it, knows no filter."""
    with tarfile.open(archive) as files:
        files.extraction_filter = getattr(tarfile, "data_filter", None)
        files.extractall(folder)
