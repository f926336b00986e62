"""Administrative units, keyed by (code system, level, code): a code alone means different places in different years."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base

LEVELS = ("province", "district", "commune", "agency")
KINDS = {
    "province": ("tỉnh", "thành phố"),
    "district": ("quận", "huyện", "thị xã", "thành phố"),
    "commune": ("xã", "phường", "thị trấn", "đặc khu"),
    "agency": ("cơ quan", "bệnh viện", "trạm y tế", "trường học", "trung tâm", "bộ phận một cửa", "doanh nghiệp"),
}


class Unit(Base):
    """A province, district or commune, or an agency (a hospital, a school, a one-stop counter) within a commune."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code_system", "level", "code"),
        CheckConstraint(f"level IN {LEVELS}", name="level"),
        CheckConstraint("(level = 'province') = (parent_id IS NULL)", name="parent"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="position"),
        Index(None, "parent_id"),
        Index(None, "path"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_system: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(String(800))
    path: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    parent: Mapped[Unit | None] = relationship(remote_side=[id])

    def lies_in(self, other: Unit) -> bool:
        """Whether this unit is the other one or a part of it."""
        return self.path == other.path or self.path.startswith(other.path + "/")
