"""A comparison as a page shows it: the changes of each part and question together, with what they mean over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher

from .comparability import Verdict
from .comparison import Change, Comparison
from .schema import Instrument
from .texts import Text

#: Where the kinds of change stand on the page; an item stands in the block of its section.
HEAD, SCALES, INDICES = "head", "scales", "indices"
_PLACES = {"head": HEAD, "basis": HEAD, "scale": SCALES, "index": INDICES, "target": INDICES}


@dataclass
class Entry:
    """All that changed about one question, section, scale or index."""

    key: str
    number: str = ""
    text: Text | None = None
    changes: list[Change] = field(default_factory=list)
    verdict: Verdict | None = None
    is_item: bool = False


@dataclass
class Block:
    """The changed entries of a section, or of the head, the scales or the indices."""

    key: str
    title: Text | None = None
    entries: dict[str, Entry] = field(default_factory=dict)


def blocks_of(comparison: Comparison) -> list[Block]:
    """The changes in the order of the later version; of what is gone, in the block where it was."""
    sections = {part.key: part for version in (comparison.before, comparison.after) for part in version.sections}
    order = [HEAD, SCALES, *(part.key for part in comparison.after.sections), *sections, INDICES]
    blocks = {key: Block(key, sections[key].title if key in sections else None) for key in dict.fromkeys(order)}
    verdicts = {verdict.key: verdict for verdict in comparison.items}
    about_indices = {verdict.key: verdict for verdict in comparison.indices}
    for change in comparison.changes:
        kind = change.kind.partition(".")[0]
        if kind == "item":
            block, entry = _item(comparison, change)
            entry.verdict = verdicts.get(change.key)
        else:
            block = _PLACES.get(kind) or change.key
            entry = Entry(change.key if kind not in ("head", "basis", "section") else "")
            entry.verdict = about_indices.get(change.key) if kind == "index" else None
        blocks[block].entries.setdefault(f"{kind}:{entry.key}", entry).changes.append(change)
    for verdict in comparison.items:  # unchanged itself, but asked on a changed scale or after a changed question
        if verdict.level != "comparable" and not any(f"item:{verdict.key}" in one.entries for one in blocks.values()):
            entry = _entry(comparison.after, verdict.key)
            entry.verdict = verdict
            blocks[comparison.after.section_of(verdict.key).key].entries[f"item:{verdict.key}"] = entry
    for verdict in comparison.indices:
        if verdict.level != "comparable":
            blocks[INDICES].entries.setdefault(f"index:{verdict.key}", Entry(verdict.key)).verdict = verdict
    return [block for block in blocks.values() if block.entries]


def _item(comparison: Comparison, change: Change) -> tuple[str, Entry]:
    gone = change.kind in ("item.removed", "item.renamed")
    version = comparison.before if gone else comparison.after
    return version.section_of(change.key).key, _entry(version, change.key)


def _entry(version: Instrument, key: str) -> Entry:
    return Entry(key, version.numbers().get(key, ""), version.item(key).text, is_item=True)


Runs = list[tuple[bool, str]]
#: Texts that share less are shown whole; marks on single words would only distract.
_ALIKE = 0.4


def changed_words(before: str, after: str) -> tuple[Runs, Runs]:
    """Both texts in runs of words, each with whether the run is only in this one."""
    was, now = before.split(), after.split()
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [(False, before)], [(False, after)]
    left: Runs = []
    right: Runs = []
    for kind, was_start, was_end, now_start, now_end in matcher.get_opcodes():
        if was_end > was_start:
            left.append((kind != "equal", " ".join(was[was_start:was_end])))
        if now_end > now_start:
            right.append((kind != "equal", " ".join(now[now_start:now_end])))
    return left, right
