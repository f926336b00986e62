"""`python -m bench.results [sqlite|postgresql]`: every part, one after the other."""

from __future__ import annotations

import sys

from bench import results

if __name__ == "__main__":
    results.run(*(name for name in sys.argv[1:] if name in ("sqlite", "postgresql")))
