"""Names, telephones and addresses at rest: unreadable without the key, bound to their case."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app import create_app
from survey_app.errors import Conflict
from survey_app.personal_data import MARK_BYTES, ContactKey, contact_key
from survey_app.settings import SettingsError, read_settings

KEY = ContactKey("một khóa để thử, đủ ba mươi hai ký tự")
OTHER = ContactKey("một khóa khác để thử, cũng đủ dài như thế")
PERSON = {"name": "Nguyễn Thị Ấp", "phone": "0000123456", "address": "Số 1, ấp 2"}


@given(st.dictionaries(st.sampled_from(["name", "phone", "address", "number"]), st.text()), st.text(max_size=50))
def test_what_is_sealed_opens_to_the_same(words: dict[str, str], owner: str) -> None:
    owner = owner.encode(errors="ignore").decode()
    words = {key: value.encode(errors="ignore").decode() for key, value in words.items()}
    assert KEY.open(KEY.seal(words, owner), owner) == words


def test_a_sealed_record_shows_nothing_and_never_looks_the_same_twice() -> None:
    one, two = KEY.seal(PERSON, "a:1"), KEY.seal(PERSON, "a:1")
    assert one != two
    for word in PERSON.values():
        assert word.encode() not in one


@pytest.mark.parametrize("change", ["key", "owner", "byte", "version", "short"])
def test_a_record_opens_only_whole_with_its_key_for_its_owner(change: str) -> None:
    sealed, key, owner = KEY.seal(PERSON, "a:1"), KEY, "a:1"
    if change == "key":
        key = OTHER
    elif change == "owner":
        owner = "a:2"
    elif change == "byte":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    elif change == "version":
        sealed = b"\x02" + sealed[1:]
    else:
        sealed = sealed[:5]
    with pytest.raises(Conflict) as caught:
        key.open(sealed, owner)
    assert "HAILONG_CONTACT_KEY" in caught.value.message
    assert "Nguyễn" not in caught.value.message


def test_marks_are_the_same_for_the_same_words_however_they_are_written() -> None:
    mark = KEY.mark("a", "Nguyễn Thị Ấp")
    assert len(mark) == MARK_BYTES
    assert KEY.mark("a", "  NGUYỄN   thị ấp ") == mark
    assert KEY.mark("a", "Nguyễn Thị Ấp") == mark  # letters and marks apart
    assert KEY.mark("a", "Nguyễn Thị Áp") != mark
    assert KEY.mark("b", "Nguyễn Thị Ấp") != mark
    assert KEY.mark("aNguyễn", "Thị Ấp") != KEY.mark("a", "Nguyễn Thị Ấp")
    assert OTHER.mark("a", "Nguyễn Thị Ấp") != mark


def test_words_do_not_run_into_each_other_in_a_mark() -> None:
    assert KEY.mark("a b", "c") != KEY.mark("a", "b c")


def test_development_makes_its_key_once_for_this_user_alone(tmp_path: Path) -> None:
    environ = {"HAILONG_INSTANCE": str(tmp_path)}
    first = read_settings(environ).contact_key
    assert len(first) >= 32
    assert read_settings(environ).contact_key == first
    assert (tmp_path / "contact_key").stat().st_mode & 0o777 == 0o600


def test_production_without_a_key_takes_no_contact_data(tmp_path: Path) -> None:
    environ = {"HAILONG_INSTANCE": str(tmp_path), "HAILONG_ENV": "production", "HAILONG_SECRET_KEY": "x" * 40}
    with create_app(read_settings(environ)).app_context(), pytest.raises(Conflict, match="HAILONG_CONTACT_KEY"):
        contact_key()
    assert not (tmp_path / "contact_key").exists()
    with pytest.raises(SettingsError, match="HAILONG_CONTACT_KEY"):
        read_settings(environ | {"HAILONG_CONTACT_KEY": "short"})
