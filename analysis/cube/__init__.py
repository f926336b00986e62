"""Responses reduced once to counts by PSU, item and answer, kept, and every table computed from those counts.

`frame` holds the PSUs, `cube` counts, `tables` estimates, `store` keeps a cube in a file, `parquet` and `engines`
reduce responses that lie in files or in another engine.
"""

from analysis.cube.batch import Batch, encode
from analysis.cube.cube import CubePlan, Margin, PsuCube
from analysis.cube.frame import PsuFrame
from analysis.cube.measure import CubeMeasure
from analysis.cube.tables import CubeTable, estimate_table, tally

__all__ = [
    "Batch",
    "CubeMeasure",
    "CubePlan",
    "CubeTable",
    "Margin",
    "PsuCube",
    "PsuFrame",
    "encode",
    "estimate_table",
    "tally",
]
