"""What the form editor shows of a draft: its parts in order, and the fields of the part that is open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from ruamel.yaml.comments import CommentedMap

from .draft_edits import NoSuchPlace, Place, is_ticked, part_at, place_of, typed_form, written_place
from .draft_fields import DraftField, Entry, OpenPart, OutlinePart
from .problems import Problem, dotted

HEAD, SCALES, INDICES = "head", "scales", "indices"
_IN_THE_FILE = re.compile(r"«(?:sections|scales|indices|targets)\b[^»]*»")


@dataclass
class DraftPage:
    """The draft as the form editor shows it."""

    data: CommentedMap
    problems: Sequence[Problem]
    language: str
    _fields: list[DraftField] = field(default_factory=list)

    def outline(self, current: str) -> list[OutlinePart]:
        """Every part of the draft, in order."""
        parts = [(HEAD, _("Tên và lời mở đầu"), ""), (SCALES, _("Thang đo"), "")]
        for number, section in enumerate(self.data["sections"]):
            place = f"sections/{number}"
            parts.append(
                (place, _("Phần %(number)s: %(title)s", number=number + 1, title=self._words(section, "title")), place)
            )
        parts.append((INDICES, _("Chỉ số và mục tiêu"), ""))
        return [
            OutlinePart(key, label, len(self._problems_of_part(key)), key == _section_of(current), place)
            for key, label, place in parts
        ]

    def open(self, key: str) -> OpenPart:
        """The open part; the head where the draft has no such part."""
        try:
            if key == SCALES:
                return self._scales()
            if key == INDICES:
                return self._indices()
            place = place_of(key)
            if len(place) == 2 and place[0] == "sections":
                return self._section(place)
            if len(place) == 4 and place[0] == "sections" and place[2] == "items":
                return self._item(place)
        except NoSuchPlace:
            pass
        return self._head()

    def scales(self) -> list[tuple[str, str]]:
        """The key of each scale and its ends in words."""
        found = self.data.get("scales")
        told = []
        for key, scale in found.items() if isinstance(found, Mapping) else ():
            points = scale.get("points") if isinstance(scale, Mapping) else None
            ends = [self._words(points[end], "label") for end in (0, -1)] if isinstance(points, list) and points else []
            told.append((str(key), " … ".join(filter(None, ends)) or str(key)))
        return told

    def part_of(self, problem: Problem) -> str:
        """The key of the part in which a problem lies."""
        for number, section in enumerate(self.data["sections"]):
            for position in range(len(section["items"])):
                place: Place = ("sections", number, "items", position)
                if _lies_in(problem, place):
                    return written_place(place)
            if _lies_in(problem, ("sections", number)):
                return f"sections/{number}"
        for name, part in (("scales", SCALES), ("indices", INDICES), ("targets", INDICES)):
            if _lies_in(problem, (name,)):
                return part
        return HEAD

    def told(self, problem: Problem) -> str:
        """The problem with its place in the words of the form, not of the file."""
        place, told = self._place_in_words(problem), f"{problem.message} {problem.advice}"
        plain = _IN_THE_FILE.sub(f"«{place}»", told)
        return plain if plain != told or not place else f"{place}: {told}"

    def _place_in_words(self, problem: Problem) -> str:
        key = self.part_of(problem)
        place = place_of(key)
        if len(place) == 4:
            words = _("câu %(key)s", key=part_at(self.data, place).get("key", ""))
            option = re.search(r"\.options\[(\d+)\]", problem.key)
            return _("%(item)s, ý %(number)s", item=words, number=int(option[1]) + 1) if option else words
        if len(place) == 2:
            return _("phần %(number)s", number=int(place[1]) + 1)
        target = re.match(r"targets\[(\d+)\]", problem.key)
        if target:
            return _("mục tiêu %(number)s", number=int(target[1]) + 1)
        return {SCALES: _("thang đo"), INDICES: _("chỉ số")}.get(key, problem.key)

    def _problems_of_part(self, key: str) -> list[Problem]:
        return [problem for problem in self.problems if _section_of(self.part_of(problem)) == key]

    def _head(self) -> OpenPart:
        fields = (
            self._text(("title",), _("Tên bộ phiếu")),
            self._line(("minutes",), _("Thời gian trả lời (phút)")),
            self._text(("intro",), _("Lời mở đầu"), rows=5),
            self._text(("consent",), _("Lời xin đồng ý"), rows=6),
        )
        return OpenPart(HEAD, _("Tên và lời mở đầu"), fields)

    def _scales(self) -> OpenPart:
        fields: list[DraftField] = []
        scales = self.data.get("scales")
        for key, scale in scales.items() if isinstance(scales, Mapping) else ():
            for place in _labels_in(scale, ("scales", key)):
                value = part_at(self.data, place[:-1]).get("value", "")
                fields.append(self._text(place, _("Thang đo %(scale)s, mức %(value)s", scale=key, value=value), rows=1))
        note = _("Thêm mức, bỏ mức hay đổi mức hài lòng là đổi cách tính: xin sửa bằng văn bản.")
        return OpenPart(SCALES, _("Thang đo"), tuple(fields), note=note)

    def _indices(self) -> OpenPart:
        indices = self.data.get("indices")
        known = [part for part in indices if isinstance(part, Mapping)] if isinstance(indices, list) else []
        fields = tuple(one for number, part in enumerate(known) for one in self._index_fields(number, part))
        targets = self.data.get("targets")
        choices = tuple((str(part.get("key", "")),) * 2 for part in known)
        entries = tuple(
            Entry(
                f"targets/{number}",
                _("Mục tiêu %(number)s", number=number + 1),
                (
                    self._choice(("targets", number, "index"), _("Chỉ số"), choices),
                    self._line(("targets", number, "rate"), _("Mục tiêu (%%)") % {}),
                    self._choice(
                        ("targets", number, "operator"),
                        _("Đạt khi"),
                        (("", _("từ mục tiêu trở lên")), ("gt", _("vượt mục tiêu"))),
                    ),
                    self._line(("targets", number, "basis"), _("Văn bản căn cứ")),
                ),
            )
            for number in range(len(targets) if isinstance(targets, list) else 0)
        )
        return OpenPart(INDICES, _("Chỉ số và mục tiêu"), fields, entries, _("Mục tiêu"), adds="target")

    def _index_fields(self, number: int, index: Mapping[str, Any]) -> Iterator[DraftField]:
        key = index.get("key", "")
        if isinstance(index.get("title"), Mapping):
            yield self._text(("indices", number, "title"), _("Tên chỉ số %(key)s", key=key), rows=1)
        members = index.get("of")
        if isinstance(members, list) and members:
            place: Place = ("indices", number, "of")
            label = _("Chỉ số %(key)s tính từ", key=key)
            yield DraftField("members", written_place(place), label, tuple(map(str, members)), self._messages(place))

    def _section(self, place: Place) -> OpenPart:
        section = part_at(self.data, place)
        number = int(place[1]) + 1
        fields = (
            self._text((*place, "title"), _("Tên phần"), rows=1),
            self._text((*place, "intro"), _("Lời dẫn"), rows=3),
            self._tick((*place, "factor"), _("Là một yếu tố: các câu trong phần được tính vào tỷ lệ hài lòng")),
            self._line((*place, "key"), _("Mã phần"), hint=_("Chỉ số tính từ phần này gọi nó bằng mã.")),
        )
        entries = tuple(
            Entry(
                written_place((*place, "items", position)),
                self._words(item, "text") or str(item.get("key", "")),
                problems=sum(_lies_in(problem, (*place, "items", position)) for problem in self.problems),
                opens=True,
            )
            for position, item in enumerate(section["items"])
        )
        title = _("Phần %(number)s: %(title)s", number=number, title=self._words(section, "title"))
        return OpenPart(written_place(place), title, fields, entries, _("Các câu trong phần"), adds="item")

    def _item(self, place: Place) -> OpenPart:
        item = part_at(self.data, place)
        kind = str(item.get("type", "scale"))
        fields = [self._text((*place, "text"), _("Câu hỏi"), rows=3)]
        if kind != "information":
            fields.append(self._text((*place, "hint"), _("Lời giải thích"), rows=2))
            fields.append(self._tick((*place, "required"), _("Phải trả lời mới sang được phần sau")))
        if "scale" in item:
            scales = tuple((key, f"{key}: {ends}") for key, ends in self.scales())
            fields.append(self._choice((*place, "scale"), _("Thang đo"), scales))
        if kind in ("number", "date"):
            fields += [
                self._line((*place, name), label) for name, label in (("min", _("Nhỏ nhất")), ("max", _("Lớn nhất")))
            ]
        if kind == "number":
            fields.append(self._text((*place, "unit"), _("Đơn vị"), rows=1))
        if kind == "ranking":
            fields.append(self._line((*place, "choose"), _("Số ý phải xếp")))
        for label in _labels_in({"missing": item.get("missing")}, place) if kind in ("number", "date") else ():
            fields.append(self._text(label, _("Ý chọn thay cho câu trả lời"), rows=1))
        if kind != "information":
            fields += [
                self._line((*place, "criterion"), _("Số hiệu tiêu chí")),
                self._choice(
                    (*place, "wording"),
                    _("Câu chữ"),
                    (
                        ("own" if item.get("wording") == "own" else "", _("do hệ thống hoặc đơn vị viết")),
                        ("official", _("nguyên văn của văn bản")),
                    ),
                    hint=_("Đã sửa chữ thì không còn là nguyên văn."),
                ),
                self._line((*place, "source"), _("Văn bản có câu chữ này")),
            ]
        fields.append(
            self._line((*place, "key"), _("Mã câu"), hint=_("Đổi mã thì số liệu các đợt không nối với nhau được nữa."))
        )
        options = item.get("options")
        entries = tuple(
            Entry(
                written_place((*place, "options", position)),
                _("Ý %(number)s", number=position + 1),
                (
                    self._line((*place, "options", position, "value"), _("Mã của ý")),
                    self._text((*place, "options", position, "label"), _("Câu chữ"), rows=1),
                ),
            )
            for position in range(len(options) if isinstance(options, list) else 0)
        )
        return OpenPart(
            written_place(place),
            _("Câu %(key)s", key=item.get("key", "")),
            tuple(fields),
            entries,
            _("Các ý trả lời"),
            adds="option" if options is not None else "",
            condition=written_place(place) if "show_if" in item else "",
            key_of_item=str(item.get("key", "")),
            condition_problems=self._messages((*place, "show_if")),
        )

    def _text(self, place: Place, label: str, *, rows: int = 2) -> DraftField:
        text = self._value(place)
        values = tuple(typed_form(text.get(name), name) if isinstance(text, Mapping) else "" for name in ("vi", "en"))
        return DraftField("text", written_place(place), label, values, self._messages(place), rows=rows)

    def _line(self, place: Place, label: str, *, hint: str = "") -> DraftField:
        value = typed_form(self._value(place), str(place[-1]))
        return DraftField("line", written_place(place), label, (value,), self._messages(place), hint=hint)

    def _choice(self, place: Place, label: str, choices: tuple[tuple[str, str], ...], *, hint: str = "") -> DraftField:
        value = typed_form(self._value(place), str(place[-1]))
        if value not in dict(choices):
            choices = ((value, value), *choices)
        return DraftField("choice", written_place(place), label, (value,), self._messages(place), choices, hint)

    def _tick(self, place: Place, label: str) -> DraftField:
        value = "1" if is_ticked(self.data, place) else ""
        return DraftField("tick", written_place(place), label, (value,), self._messages(place))

    def _value(self, place: Place) -> Any:
        try:
            return part_at(self.data, place)
        except NoSuchPlace:
            return None

    def _messages(self, place: Place) -> tuple[str, ...]:
        return tuple(self.told(problem) for problem in self.problems if _lies_in(problem, place))

    def _words(self, part: Any, name: str) -> str:
        text = part.get(name) if isinstance(part, Mapping) else None
        return str(text.get(self.language) or text.get("vi") or "") if isinstance(text, Mapping) else ""


def _labels_in(part: Any, place: Place) -> Iterator[Place]:
    """The places of all labels in a scale or in the words beside a number."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "label" and isinstance(value, Mapping):
                yield (*place, name)
            else:
                yield from _labels_in(value, (*place, str(name)))
    elif isinstance(part, list):
        for position, value in enumerate(part):
            yield from _labels_in(value, (*place, position))


def _section_of(key: str) -> str:
    """The part of the outline in which a part lies: an item in its section."""
    return "/".join(key.split("/")[:2])


def _lies_in(problem: Problem, place: Place) -> bool:
    start = dotted(place)
    return problem.key == start or problem.key.startswith((f"{start}.", f"{start}["))
