"""The commands of `python -m analysis`: each file adds its sub-commands to an argparse parser."""
