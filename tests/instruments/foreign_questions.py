"""Foreign XLSForms about types of questions, choices, conditions, limits and words."""

# ruff: noqa: E501  the rows of a sheet are as wide as they are

from __future__ import annotations

QUESTIONS = {
    "or_other": """
        survey
        | type | name | label::English (en) | relevant |
        | select_multiple water or_other | water | Sources of water | |
        | text | water_other | Which other? | selected(${water}, 'other') |
        | select_one fuel or_other | fuel | Fuel | |
        | text | fuel_name | Name it | ${fuel} = 'other' |
        choices
        | list_name | name | label::English (en) |
        | water | tap | Tap |
        | water | well | Well |
        | fuel | gas | Gas |
        | fuel | wood | Wood |
        | fuel | other | Something else |
        """,
    "relevance": """
        survey
        | type | name | label | relevant |
        | select_one yn | a | A? | |
        | select_multiple many | b | B? | |
        | integer | n | How many? | not(selected(${a}, 'no')) |
        | date | d | When? | |
        | text | t1 | One | (${a} = 'yes' and (${n} > 3 or ${n} < 1)) or selected(${b}, 'x') |
        | text | t2 | Two | count-selected(${b}) >= 1 |
        | text | t3 | Three | count-selected(${b}) >= 2 |
        | text | t4 | Four | ${n} + 1 > 3 |
        | text | t5 | Five | ${t1} != '' |
        | text | t6 | Six | ${d} >= today() |
        | text | t7 | Seven | ${a} = 'maybe' |
        | text | t8 | Eight | ${later} = 'yes' |
        | text | t9 | Nine | selected(${a}, "yes") and not(selected(${b}, 'x') or selected(${b}, 'y')) |
        | text | t10 | Ten | ${a} = ‘yes’ |
        | text | t11 | Eleven | string-length(${t1}) > 5 |
        | text | t12 | Twelve | ${a} = 'yes' and |
        | select_one yn | later | Later? | |
        | text | t13 | Thirteen | ${a} = 'yes' and ${b} = 'x' |
        | text | t14 | Fourteen | number(${n}) >= 2 |
        choices
        | list_name | name | label |
        | yn | yes | Yes |
        | yn | no | No |
        | many | x | X |
        | many | y | Y |
        """,
    "constraints": """
        survey
        | type | name | label | constraint | constraint_message |
        | integer | a | A | . >= 0 and . <= 120 | 0 to 120 |
        | integer | b | B | .>0 and .<99 | |
        | decimal | c | C | (. >= 0.5) and (. < 10) | |
        | integer | e | E | . >= ${a} | |
        | text | f | F | regex(., '^[0-9]{10}$') | Ten digits |
        | text | g | G | string-length(.) <= 20 | |
        | date | h | H | . <= today() | |
        | date | i | I | . >= date('2020-01-01') and . <= '2026-12-31' | |
        | select_multiple m | j | J | not(selected(., 'none') and count-selected(.) > 1) | |
        | select_multiple m | k | K | count-selected(.) <= 2 | |
        | integer | l | L | . >= 10 and . <= 5 | |
        | integer | m | M | . = 999 or . <= 100 | |
        | text | n | N | string-length(.) < 1 | |
        choices
        | list_name | name | label |
        | m | a | A |
        | m | b | B |
        | m | none | None |
        """,
    "ranges": """
        survey
        | type | name | label | parameters | appearance |
        | range | a | Zero to ten | start=0 end=10 step=1 | |
        | range | b | Semicolons | start=1;end=5;step=1 | vertical |
        | range | c | Commas | start=0, end=1, step=0.1 | no-ticks |
        | range | d | None | | |
        | range | e | Backwards | start=10 end=-10 step=0 | picker |
        | rank needs | f | Rank | | |
        | rank needs | g | Rank again | randomize=true | |
        | text | h | Rows | rows=50 | |
        choices
        | list_name | name | label |
        | needs | food | Food |
        | needs | water | Water |
        | needs | roof | A roof |
        """,
    "codes": """
        survey
        | type | name | label | relevant |
        | select_one list | a | A | |
        | select_one list | b | B | ${a} = '-99' or ${a} = '01' |
        | select_multiple list | c | C | selected(${a}, 'don-t know') |
        choices
        | list_name | name | label |
        | list | 01 | First |
        | list | 1 | Second |
        | list | -99 | Refused |
        | list | 12345 | Large |
        | list | very-good | Very good |
        | list | don-t know | Don't know |
        | list | tốt | Good |
        | list | 1 | Second again |
        | list | 1 | Another |
        | empty | a | Alone |
        """,
    "cascade": """
        survey
        | type | name | label | choice_filter |
        | select_one state | state | State | |
        | select_one county | county | County | state=${state} |
        | select_one_from_file villages.csv | village | Village | county=${county} |
        | select_one_external wards | ward | Ward | county=${county} |
        choices
        | list_name | name | label | state |
        | state | tx | Texas | |
        | state | wa | Washington | |
        | county | king | King (Texas) | tx |
        | county | king | King (Washington) | wa |
        | county | pierce | Pierce | wa |
        external_choices
        | list_name | name | label | county |
        | wards | w1 | Ward 1 | king |
        settings
        | form_title | form_id | allow_choice_duplicates |
        | Cascade | cascade | yes |
        """,
    "kobo": """
        survey
        | type | name | label::English (en) | label::Tiếng Việt (vi) | required | $kuid | $autoname | $qpath | kobo--score-choices | kobo--rank-items | kobo--rank-constraint-message | kobo--matrix_list |
        | start | start | | | | a1 | start | start | | | | |
        | select_one kp0 | | How is it? | Thế nào? | true | a2 | How_is_it | How_is_it | | | | |
        | begin_score | staff | The staff | Cán bộ | true | a3 | staff | staff | sat | | | |
        | score__row | | Polite | Lịch sự | | a4 | Polite | Polite | | | | |
        | score__row | | Quick | Nhanh | | a5 | Quick | Quick | | | | |
        | end_score | | | | | a6 | | | | | | |
        | begin_rank | best | What matters most? | Điều gì quan trọng? | false | a7 | best | best | | kp1 | Choose different ones | |
        | rank__level | | First | Thứ nhất | | a8 | First | First | | | | |
        | rank__level | | Second | Thứ nhì | | a9 | Second | Second | | | | |
        | end_rank | | | | | b1 | | | | | | |
        | begin_kobomatrix | assets | Assets | Tài sản | | b2 | assets | assets | | | | kp2 |
        | integer | many | How many | Mấy | | b3 | many | many | | | | |
        | end_kobomatrix | | | | | b4 | | | | | | |
        choices
        | list_name | name | label::English (en) | label::Tiếng Việt (vi) | $autovalue | $kuid |
        | kp0 | good | Good | Tốt | good | c1 |
        | kp0 | bad | Bad | Kém | bad | c2 |
        | sat | 1 | Very dissatisfied | Rất không hài lòng | 1 | c3 |
        | sat | 2 | Dissatisfied | Không hài lòng | 2 | c4 |
        | sat | 3 | Neutral | Bình thường | 3 | c5 |
        | sat | 4 | Satisfied | Hài lòng | 4 | c6 |
        | sat | 5 | Very satisfied | Rất hài lòng | 5 | c7 |
        | kp1 | time | Time | Thời gian | | c8 |
        | kp1 | cost | Cost | Chi phí | | c9 |
        | kp1 | manner | Manner | Thái độ | | d1 |
        | kp2 | bike | Bicycle | Xe đạp | | d2 |
        | kp2 | boat | Boat | Thuyền | | d3 |
        settings
        | id_string | form_title | style | version |
        | aBcDeFgHiJkLmNoPqRsTuV | Kobo form | theme-grid | 3 (2023-05-17 07:12:43) |
        """,
    "types": """
        survey
        | type | name | label | calculation | default | read_only | trigger |
        | time | a | Time | | | | |
        | dateTime | b | Date and time | | | | |
        | acknowledge | c | I have read this | | | | |
        | trigger | d | Press | | | | |
        | barcode | e | Barcode | | | | |
        | audio | f | Audio | | | | |
        | video | g | Video | | | | |
        | file | h | File | | | | |
        | geotrace | i | Trace | | | | |
        | geoshape | j | Shape | | | | |
        | hidden | k | | | | | |
        | xml-external | l | | | | | |
        | csv-external | m | | | | | |
        | background-audio | n | | | | | |
        | start-geopoint | o | | | | | |
        | username | p | | | | | |
        | email | q | | | | | |
        | phonenumber | r | | | | | |
        | simserial | s | | | | | |
        | subscriberid | t | | | | | |
        | audit | audit | | | | | |
        | text | u | Kept | concat('a', 'b') | abc | yes | ${a} |
        | select one from yn | v | Old style | | | | |
        | select all that apply from yn | w | Old style | | | | |
        | select1 yn | x | Old style | | | | |
        | add integer prompt | y | Old style | | | | |
        | phone number | z | Metadata | | | | |
        | begin loop over yn | lp | Loop | | | | |
        | integer | %(name)s_age | Age | | | | |
        | end loop | | | | | | |
        | selct_one yn | typo | A typo | | | | |
        | select_one | nolist | No list | | | | |
        | select_one missing | nosuch | No such list | | | | |
        choices
        | list_name | name | label |
        | yn | y | Yes |
        | yn | n | No |
        """,
    "media": """
        survey
        | type | name | label::English (en) | media::image::English (en) | guidance_hint::English (en) | audio | required_message | body::accuracyThreshold | note to team |
        | select_one yn | a | See the picture | plan.png | Read slowly | a.mp3 | Please | 10 | check with Lan |
        | note | b | **Bold** and {braces} ${a} <b>x</b> | | | | | | |
        | text | | No name | | | | | | |
        | note | | No name either | | | | | | |
        | text | nolabel | | | | | | | |
        choices
        | list_name | name | label::English (en) | image |
        | yn | y | Yes | y.png |
        | yn | n | · | n.png |
        """,
    "satisfaction_words": """
        survey
        | type | name | label::English (en) | label::Vietnamese (vi) | appearance |
        | begin_group | g | Service | Dịch vụ | table-list |
        | select_one sat | s1 | The waiting room | Phòng chờ | |
        | select_one sat | s2 | The staff | Cán bộ | |
        | end_group | g | | | |
        | text | why | Why? | Vì sao? | |
        choices
        | list_name | name | label::English (en) | label::Vietnamese (vi) |
        | sat | very_sat | Very satisfied | Rất hài lòng |
        | sat | sat | Satisfied | Hài lòng |
        | sat | neutral | Neither satisfied nor dissatisfied | Bình thường |
        | sat | dissat | Dissatisfied | Không hài lòng |
        | sat | very_dissat | Very dissatisfied | Rất không hài lòng |
        | sat | dk | Don't know | Không biết |
        """,
    "agreement": """
        survey
        | type | name | label | relevant |
        | select_one agree | s1 | The office keeps its promises | |
        | text | why | Why not? | ${s1} <= 2 |
        | select_one freq | s2 | How often do you come? | |
        choices
        | list_name | name | label |
        | agree | 1 | Strongly disagree |
        | agree | 2 | Disagree |
        | agree | 3 | Neutral |
        | agree | 4 | Agree |
        | agree | 5 | Strongly agree |
        | agree | 99 | Prefer not to answer |
        | freq | 1 | Never |
        | freq | 2 | Sometimes |
        | freq | 3 | Always |
        """,
    "texts": f"""
        survey
        | type | name | label |
        | note | long | {"word " * 1200} |
        | text | sign | Line\u2028separator and \u202eturned |
        | text | quotes | "Quoted": it's - # fine |
        | text | yes | yes |
        | text | number | 12 |
        """,
}  # fmt: skip
