"""How responses.csv was made: 1,760 simulated responses (dữ liệu mô phỏng) for the 44 drawn communes of units.csv.

    python tests/walk/make_responses.py

The file is kept, so that R and the test read the same bytes whatever the version of numpy.
"""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from survey_app.instruments.loader import load_file

FOLDER = Path(__file__).parent
SEED = 1760


def main() -> None:
    instrument = load_file(FOLDER.parents[1] / "questionnaires" / "sipas-commune.yaml")
    with (FOLDER / "units.csv").open(newline="") as file:
        communes = [unit["code"] for unit in csv.DictReader(file) if unit["drawn"] == "1"]
    chance = np.random.default_rng(SEED)
    keys = [item.key for item in instrument.items()]
    with (FOLDER / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["response_id", "commune_code", "channel", "language", "day", *keys])
        for commune in communes:
            level = chance.normal(0, 0.3)
            for number in range(40):
                answers = dict.fromkeys(keys, "")
                mood = level + chance.normal(0, 0.6)
                for place, item in enumerate(instrument.items()):
                    if item.type == "scale" and chance.random() > 0.04:
                        unsure = chance.random() < (0.3 if item.key >= "e20" else 0.03)
                        value = int(np.clip(np.floor(5.0 + 0.4 * np.cos(place) + mood + chance.normal(0, 0.8)), 1, 5))
                        answers[item.key] = "9" if unsure else str(value)
                    elif item.type == "single" and item.show_if is None and chance.random() > 0.03:
                        answers[item.key] = str(chance.choice([option.value for option in item.options]))
                    elif item.type == "multiple" and chance.random() > 0.1:
                        chosen = [o.value for o in item.options[:9] if chance.random() < 0.3]
                        answers[item.key] = ";".join(map(str, chosen))
                identity = uuid5(NAMESPACE_URL, f"hai-long/walk/{commune}/{number}")
                channel = chance.choice(["kiosk", "field", "link"], p=[0.5, 0.4, 0.1])
                day = f"2020-{chance.integers(7, 10):02d}-{chance.integers(1, 29):02d}"
                writer.writerow([identity, commune, channel, "vi", day, *answers.values()])


if __name__ == "__main__":
    main()
