"""Foreign XLSForms about sheets, columns, languages, names and groups."""

# ruff: noqa: E501  the rows of a sheet are as wide as they are

from __future__ import annotations

SHEETS = {
    "household": """
        survey
        | type | name | label::English (en) | label::Français (fr) | required | relevant | constraint | constraint_message::English (en) | calculation | repeat_count | appearance |
        | start | start | | | | | | | | | |
        | end | end | | | | | | | | | |
        | today | today | | | | | | | | | |
        | deviceid | deviceid | | | | | | | | | |
        | begin_group | location | Location | Lieu | | | | | | | field-list |
        | select_one province | province | Province | Province | yes | | | | | | minimal |
        | geopoint | gps | Take the GPS | Prenez le GPS | | | | | | | |
        | image | photo | Photo of the house | Photo | | | | | | | |
        | end_group | location | | | | | | | | | |
        | integer | hh_size | How many people live here? | Combien ? | yes | | . >= 1 and . <= 30 | Between 1 and 30 | | | |
        | begin_repeat | member | Member | Membre | | | | | | ${hh_size} | |
        | text | member_name | Name | Nom | yes | | | | | | |
        | integer | age | Age of ${member_name} | Âge | | | . >= 0 and . <= 120 | | | | |
        | begin_group | adult | Adult | | | ${age} >= 18 | | | | | |
        | select_one yes_no | works | Works? | Travaille ? | | | | | | | |
        | end_group | | | | | | | | | | |
        | end_repeat | member | | | | | | | | | |
        | calculate | adults | | | | | | | count-if(${member}, ${age} >= 18) | | |
        | note | thanks | Thank you, ${adults} adults. | Merci | | ${adults} > 0 | | | | | |
        choices
        | list_name | name | label::English (en) | label::Français (fr) |
        | province | 1 | North | Nord |
        | province | 2 | South | Sud |
        | | | | |
        | yes_no | 1 | Yes | Oui |
        | yes_no | 0 | No | Non |
        settings
        | form_title | form_id | version | default_language | style |
        | Household survey | household_survey | 2021050301 | English (en) | pages |
        """,
    "plain_english": """
        survey
        | type | name | label | hint |
        | text | name | What is your name? | First and last |
        | integer | age | How old are you? | |
        | select_one sex | sex | Sex | |
        | date | born | When were you born? | |
        choices
        | list_name | name | label |
        | sex | m | Man |
        | sex | f | Woman |
        settings
        | form_title | form_id |
        | A short form | short_form |
        """,
    "plain_vietnamese": """
        survey
        | type | name | label |
        | select_one cokhong | q1 | Ông/Bà có phải chờ lâu không? |
        | decimal | q2 | Chi phí (triệu đồng) |
        choices
        | list_name | name | label |
        | cokhong | co | Có |
        | cokhong | khong | Không |
        """,
    "french_alone": """
        survey
        | type | name | label::Français (fr) | hint::Français (fr) |
        | select_one oui_non | eau | Avez-vous l'eau courante ? | Au robinet |
        | integer | enfants | Nombre d'enfants | |
        choices
        | list_name | name | label::Français (fr) |
        | oui_non | oui | Oui |
        | oui_non | non | Non |
        settings
        | form_title | form_id | default_language |
        | Eau | eau | Français (fr) |
        """,
    "spanish_and_french": """
        survey
        | type | name | label::Español | label::Français |
        | select_one si_no | agua | ¿Tiene agua? | Avez-vous l'eau ? |
        choices
        | list_name | name | label::Español | label::Français |
        | si_no | si | Sí | Oui |
        | si_no | no | No | Non |
        """,
    "single_colon": """
        survey
        | type | name | label:English | label:Vietnamese | hint : English |
        | select_one yn | ok | Is it fine? | Có ổn không? | Say yes or no |
        choices
        | list name | name | label:English | label:Vietnamese |
        | yn | y | Yes | Có |
        | yn | n | No | Không |
        """,
    "default_beside_english": """
        survey
        | type | name | label | label::English (en) |
        | text | gop_y | Góp ý của Ông/Bà | Your suggestions |
        settings
        | form_title | form_id | default_language |
        | Góp ý | gop_y | Tiếng Việt (vi) |
        """,
    "odd_case": """
        SURVEY
        | Type | Name | Label::English (EN) | Required | Relevance |
        | Begin  Group | Grp.One | The group | | |
        | Select_One YesNo | Q-1.a | First? | TRUE() | |
        | INTEGER | Q2 | Second? | 1 | ${Q-1.a} = 'Yes' |
        | End  Group | | | | |
        Choices
        | List Name | Value | Label::English (EN) |
        | YesNo | Yes | Yes |
        | YesNo | No-Never | No, never |
        Settings
        | Form Title | Form ID |
        | Odd Case | Odd.Case-2 |
        """,
    "spaces": """
        survey
        | type\u00a0 | \ufeffname | label |
        | select_one\u00a0yn | \u200bq1\u200b | Trailing\u00a0 |
        | text\u00a0 | q2\u00a0 | Words |
        | · | · | · |
        choices
        | list_name | name | label |
        | yn\u00a0 | y\u200b | Yes |
        | yn | n | No |
        """,
    "same_names": """
        survey
        | type | name | label |
        | begin_group | visit | Visit |
        | select_one yn | visit | Have you visited? |
        | integer | count | How often? |
        | end_group | visit | |
        | begin_group | second | Second |
        | integer | count | How often then? |
        | text | data | Your data |
        | text | items | Your items |
        | end_group | | |
        choices
        | list_name | name | label |
        | yn | y | Yes |
        | yn | n | No |
        """,
    "long_names": f"""
        survey
        | type | name | label |
        | text | {"a" * 60} | Long |
        | text | {"a" * 61} | Longer |
        | text | {"a" * 40} | Forty |
        | text | {"a" * 40} | Forty again |
        | text | 1st | Number first |
        | text | _under | Under |
        | text | Tên_đầy_đủ | Vietnamese |
        | text | group.item:x | Signs |
        | text | ??? | Nothing |
        """,
    "nested": """
        survey
        | type | name | label | relevant |
        | select_one yn | open | Open? | |
        | begin group | outer | Outer | ${open} = 'y' |
        | begin group | inner | Inner | |
        | integer | n | N | |
        | begin group | deepest | Deepest | ${n} > 2 |
        | text | t | T | ${n} < 9 |
        | end group | | | |
        | end group | | | |
        | text | after | After | |
        | end group | | | |
        | begin group | wrapper | Wrapper | |
        | begin group | only | Only | |
        | text | alone | Alone | |
        | end group | | | |
        | end group | | | |
        | begin group | empty | Empty | |
        | end group | | | |
        | end group | stray | | |
        | begin group | never_closed | Never closed | |
        | text | last | Last | |
        choices
        | list_name | name | label |
        | yn | y | Yes |
        | yn | n | No |
        """,
    "beside": """
        survey
        | type | name | label | disabled |
        | text | a | A | |
        | text | off | Off | yes |
        | | | a heading somebody wrote here | |
        | # a comment | | | |
        choices
        | list_name | name | label |
        | unused | 1 | One |
        | unused | 2 | Two |
        | | 3 | No list |
        | used | | No name |
        readme
        | How to use this form | 2021 |
        | Ask Lan | |
        entities
        | list_name | label |
        | people | ${a} |
        """,
    "only_repeat": """
        survey
        | type | name | label |
        | begin_repeat | child | Child |
        | text | child_name | Name |
        | end_repeat | child | |
        """,
    "only_metadata": """
        survey
        | type | name | label |
        | start | start | |
        | calculate | x | |
        """,
}  # fmt: skip
