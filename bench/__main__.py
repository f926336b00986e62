"""`make bench`: every benchmark, one after the other."""

from __future__ import annotations

from bench import analysis, collect, draw, forms, frame_import, phone
from bench.world import small_world


def main() -> None:
    with small_world() as (app, slug):
        print(f"\n{collect.__doc__}")
        collect.run(app, slug)
    for bench in (forms, phone, frame_import, draw, analysis):
        print(f"\n{bench.__doc__}")
        bench.run()


if __name__ == "__main__":
    main()
