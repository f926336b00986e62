"""Freeze, approve, publish: the public reads snapshots and nothing else."""
