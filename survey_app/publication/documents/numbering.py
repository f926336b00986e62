"""Numbers of tables and charts, in the order in which they come."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from survey_app.publication.documents.blocks import Picture, Table


class Captions:
    """Counts the tables and the charts of one document."""

    def __init__(self) -> None:
        self._tables = 0
        self._pictures = 0

    def table(self, table: Table) -> Table:
        """The table with its number in the caption."""
        self._tables += 1
        return replace(table, caption=_("Bảng %(number)s. %(caption)s", number=self._tables, caption=table.caption))

    def picture(self, picture: Picture) -> Picture:
        """The chart with its number in the caption."""
        self._pictures += 1
        caption = _("Biểu đồ %(number)s. %(caption)s", number=self._pictures, caption=picture.caption)
        return replace(picture, caption=caption)
