"""Where the catalogue's files lie."""

from pathlib import Path

DATA_FOLDER = Path(__file__).parent.parent / "data"
