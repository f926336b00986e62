"""A small survey of another shape than the golden ones, the same wherever it is drawn."""

import numpy as np

PSUS = {"north": 4, "coast": 3, "hills": 1, "delta": 5, "city": 2}
"""PSUs of each stratum: unequal, one of them alone; no population sizes."""


def draw(seed: int, n: int) -> np.ndarray:
    """Uniform numbers from a generator that gives the same in any program."""
    state, drawn = seed, []
    for _ in range(n):
        state = (1103515245 * state + 12345) % 2**31
        drawn.append(state / 2**31)
    return np.array(drawn)


def simulate(seed: int = 2031) -> dict[str, np.ndarray]:
    """Build the survey on which R computed the figures of the tests that use it."""
    stratum, psu = [], []
    for name, total in PSUS.items():
        for number in range(total):
            size = 9 + (7 * number + 3 * len(name)) % 8
            stratum += [name] * size
            psu += [f"{name}{number}"] * size
    n = len(psu)
    u = draw(seed, 8 * n).reshape(n, 8)
    strength = {label: draw(77 + 31 * k, 3)[2] for k, label in enumerate(dict.fromkeys(psu))}
    shift = np.array([strength[label] for label in psu])
    trade = np.array(["farm", "shop", "office"])[(3 * u[:, 1] ** 1.3).astype(int)]
    age = np.floor(18 + 60 * u[:, 2])
    latent = 1.2 * (u[:, 4] - 0.5) + 1.5 * (shift - 0.5) + 0.5 * (trade == "shop") + 0.012 * (age - 45)
    answer = 1.0 + np.sum(latent[:, None] > np.array([-0.6, -0.1, 0.5]), axis=1)
    return {
        "stratum": np.array(stratum),
        "psu": np.array(psu),
        "weight": np.round(5 + 20 * u[:, 0] + 10 * shift, 3),
        "trade": np.where(u[:, 6] < 0.04, "", trade),
        "age": age,
        "woman": (u[:, 3] < 0.55).astype(float),
        "answer": np.where(u[:, 5] < 0.06, np.nan, answer),
        "staff": 1 + np.floor(4.999 * np.clip(0.5 + 0.5 * latent + 0.3 * (u[:, 6] - 0.5), 0, 1)),
        "fees": 1 + np.floor(4.999 * u[:, 7]),
        "score": np.where(u[:, 7] > 0.95, np.nan, np.round(50 + 12 * latent + 10 * u[:, 5], 2)),
    }
