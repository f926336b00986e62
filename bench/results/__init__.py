"""Results at 100,000 responses: one function a part, each with its baseline measured in the same run."""
