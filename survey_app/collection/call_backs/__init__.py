"""Call-back checks: a random share of answered cases is phoned or visited again."""
