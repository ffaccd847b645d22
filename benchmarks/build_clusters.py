"""Build the clusters of a store, as the first look-up would.

python benchmarks/build_clusters.py STORE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cointrail.workbench import Workbench


def main() -> None:
    """Build them; prints nothing but the JSON of nothing."""
    Workbench(Path(sys.argv[1])).build_clusters()
    print(json.dumps({}))


if __name__ == "__main__":
    main()
