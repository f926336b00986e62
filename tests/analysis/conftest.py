"""Makes `analysis` importable when pytest is started as a program rather than with `python -m`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
