"""Disclosure control of microdata: who stands alone by what others may know, and which cells to hide.

k-anonymity (Sweeney 2002): every combination of the keys that the file shows is shown by at least k rows. Cells are
hidden by local suppression (Hundepool et al. 2012, ch. 3); nothing else is changed.
"""

from analysis.disclosure.classes import class_sizes, count_below
from analysis.disclosure.suppression import HIDDEN, Suppression, Unreachable, rows_at_risk, suppress_cells

__all__ = ["HIDDEN", "Suppression", "Unreachable", "class_sizes", "count_below", "rows_at_risk", "suppress_cells"]
