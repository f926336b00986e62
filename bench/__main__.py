"""`make bench`: every benchmark, one after the other."""

from __future__ import annotations

from bench import analysis, collect, forms
from bench.world import small_world


def main() -> None:
    with small_world() as (app, slug):
        for bench in (collect, forms):
            print(f"\n{bench.__doc__}")
            bench.run(app, slug)
    print(f"\n{analysis.__doc__}")
    analysis.run()


if __name__ == "__main__":
    main()
