"""Text as people write it: the Vietnamese order of names, and cells that a spreadsheet would run."""

from __future__ import annotations

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
KIND_WORDS = ("tỉnh ", "thành phố ", "thị xã ", "quận ", "huyện ", "phường ", "thị trấn ", "xã ", "đặc khu ")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run the cell instead of showing it."""
    return text.startswith(FORMULA_STARTS)


def harmless_cell(text: str) -> str:
    """The text as a cell that a spreadsheet shows and never runs (OWASP, CSV injection)."""
    return f"'{text}" if looks_like_formula(text) else text


def sort_key(name: str) -> str:
    """An ASCII key that puts Vietnamese names in dictionary order on every database.

    The word for the kind of unit is left out, numbers count as numbers, letters come before tones.

    >>> sorted(["Xã Đá", "Phường Dương", "Xã Ân", "Xã An", "Phường 10", "Phường 2"], key=sort_key)
    ['Phường 2', 'Phường 10', 'Xã An', 'Xã Ân', 'Phường Dương', 'Xã Đá']
    """
    text = unicodedata.normalize("NFC", name).casefold()
    for word in KIND_WORDS:
        if text.startswith(word):
            text = text[len(word) :]
            break
    letters, tones, digits = [], [], ""
    for character in text + " ":
        if character.isdecimal():
            digits += character
            continue
        if digits:
            letters.append("0" + digits.zfill(6))
            digits = ""
        plain, tone = _without_tone(character)
        tones.append(tone)
        place = ALPHABET.find(plain)
        letters.append(f"{place + 10:02d}" if place >= 0 else "00")
    return "".join(letters) + "." + "".join(tones)


def _without_tone(character: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", character)
    tone = next((TONES[part] for part in parts if part in TONES), "0")
    plain = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    return plain, tone
