"""Our typeface in charts: matplotlib with the font loaded, how wide a text is, where a label is broken into lines."""

from __future__ import annotations

import functools
from typing import Any

from survey_app.settings import ROOT

_fonts_ready = False


def load_pyplot() -> Any:
    """Matplotlib with our fonts, loaded on first use: it takes half a second."""
    global _fonts_ready  # noqa: PLW0603  fonts are registered once in a process
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import font_manager, pyplot

    if not _fonts_ready:
        for path in sorted((ROOT / "survey_app" / "static" / "fonts").glob("*.ttf")):
            font_manager.fontManager.addfont(path)
        matplotlib.rcParams.update(
            {
                "font.family": "Be Vietnam Pro",
                "svg.fonttype": "none",
                "svg.hashsalt": "hai-long",
                "text.color": "#17212B",
            }
        )
        _fonts_ready = True
    return pyplot


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """As few lines as fit the width in our font, of about one length, so that no last line holds one word."""
    lines = _break(text, width, size, bold=bold)
    for share in (0.9, 0.8, 0.7):
        even = _break(text, width * share, size, bold=bold)
        if len(even) > len(lines):
            break
        lines = even
    return lines


def _break(text: str, width: float, size: float, *, bold: bool) -> list[str]:
    """Lines no wider than the width; a word that is wider alone is broken."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        candidate = f"{current} {word}".strip()
        if measure(candidate, size, bold=bold) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        while measure(word, size, bold=bold) > width and len(word) > 1:
            cut = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or measure(word[:n], size, bold=bold) <= width)
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901  the rest of a word too wide for a line
        current = word
    return [*lines, current] if current or not lines else lines


def measure(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in pixels."""
    return sum(_width_of(character, bold=bold) for character in text) * size


@functools.lru_cache(maxsize=4096)
def _width_of(character: str, *, bold: bool) -> float:
    """The width of a character in our font, as a share of its size."""
    load_pyplot()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="Be Vietnam Pro", size=100, weight="semibold" if bold else "normal")
    pair, alone = (text_to_path.get_text_width_height_descent(t, font, False)[0] for t in (f"n{character}n", "nn"))
    return float(pair - alone) / 100
