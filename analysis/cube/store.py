"""A cube in a Parquet file: the counts as a long table, the frame and the plan beside them."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import CubePlan, PsuCube
from analysis.cube.frame import PsuFrame
from analysis.cube.long_reader import from_table
from analysis.cube.long_table import to_table
from analysis.errors import DesignError, TableError

FORMAT = 1
"""The number of the file's layout; a reader refuses every other."""

DESCRIPTION, DIGEST = b"psu_cube", b"psu_cube_digest"


def save_cube(cube: PsuCube, path: Path) -> None:
    """Write a cube to a file, whole or not at all.

    Parameters
    ----------
    cube : PsuCube
    path : Path
        A file there is replaced.

    Raises
    ------
    DesignError
        ``unstorable_level`` for a level that is neither text nor a number, ``same_text``.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.cube import Batch
    >>> cube = PsuCube(PsuFrame.declare(psu=["x1", "x2"]), CubePlan.of({"q01": [1, 2, 3, 4, 5]}))
    >>> cube.add(Batch(np.array([0, 0, 1]), {"q01": np.array([4, 5, 0])}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_cube(cube, Path(folder) / "survey.parquet")
    ...     load_cube(Path(folder) / "survey.parquet").rows.tolist()
    [2.0, 1.0]
    """
    import pyarrow.parquet as pq

    described = {
        "format": FORMAT,
        "plan": _describe_plan(cube.plan),
        "frame": _describe_frame(cube.frame),
    }
    text = json.dumps(described, ensure_ascii=False, allow_nan=False).encode()
    table = to_table(cube).replace_schema_metadata({DESCRIPTION: text, DIGEST: _digest(text, cube)})
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with unfinished.open("xb") as file:
            pq.write_table(table, file, compression="zstd", write_statistics=False)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_cube(path: Path) -> PsuCube:
    """Read a cube that `save_cube` wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    PsuCube
        The same to the last bit.

    Raises
    ------
    TableError
        ``unreadable_file`` for a file that is not there, damaged, of another format or no cube.

    Examples
    --------
    >>> load_cube(Path("nowhere.parquet"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    analysis.errors.TableError: nowhere.parquet cannot be read as a stored cube ...
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            table = pq.read_table(file)
        metadata = table.schema.metadata or {}
        described = json.loads(metadata[DESCRIPTION])
        if described["format"] != FORMAT:
            raise ValueError(f"it has format {described['format']}, not {FORMAT}")
        cube = from_table(table, _read_frame(described["frame"]), _read_plan(described["plan"]))
        if _digest(metadata[DESCRIPTION], cube) != metadata[DIGEST]:
            raise ValueError("its counts do not fit its digest")
    except (OSError, pa.ArrowException, LookupError, TypeError, ValueError) as error:
        raise TableError(
            "unreadable_file", f"{path} cannot be read as a stored cube ({error}); count the responses again"
        ) from error
    return cube


def _digest(description: bytes, cube: PsuCube) -> bytes:
    """Return a digest of all that a cube holds."""
    digest = hashlib.blake2b(description, digest_size=16)
    tables = [cube.rows]
    for margin in cube.margins.values():
        tables += [*margin.answers.values(), *margin.moments.values()]
    for table in tables:
        digest.update(str(table.shape).encode())
        digest.update((table + 0.0).tobytes())  # -0 and 0 are one number
    return digest.hexdigest().encode()


def _describe_plan(plan: CubePlan) -> dict[str, Any]:
    return {
        "items": {name: [_plain(level) for level in levels] for name, levels in plan.items.items()},
        "keys": {name: [_plain(level) for level in levels] for name, levels in plan.keys.items()},
        "crossings": [list(keys) for keys in plan.crossings],
        "pooled": list(plan.pooled),
    }


def _read_plan(described: Mapping[str, Any]) -> CubePlan:
    return CubePlan.of(described["items"], described["keys"], described["crossings"], described["pooled"])


def _plain(level: Any) -> str | int | float | bool:
    value = level.item() if isinstance(level, np.generic) else level
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise DesignError("unstorable_level", f"level {level!r} cannot be stored; use text or a number")
    return value


def _describe_frame(frame: PsuFrame) -> dict[str, Any]:
    return {
        "psu": frame.names,
        "strata": frame.stratum.tolist(),
        "psu_population": _finite(frame.population),
        "element_population": _finite(frame.list_size),
        "weights": frame.weight.tolist(),
        "places": frame.places,
        "two_stage": frame.two_stage,
        **asdict(frame.rules),
    }


def _read_frame(described: Mapping[str, Any]) -> PsuFrame:
    return PsuFrame.declare(**described)


def _finite(sizes: NDArray[np.float64]) -> list[float] | None:
    """Return sizes, None where there are none: a frame gives all or none."""
    return sizes.tolist() if all(math.isfinite(size) for size in sizes) else None
