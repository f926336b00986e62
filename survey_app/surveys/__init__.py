"""A survey: a questionnaire, a territory, a period, a target; and the states it passes through."""
