"""Where this repository lies, and what is installed beside its Python."""

from __future__ import annotations

import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PLUGIN_FOLDER = Path(sys.executable).parent
