"""`make bench`: every benchmark, one after the other."""

from __future__ import annotations

from bench import analysis, collect, documents, draw, forms, frame_import, phone, results


def main() -> None:
    for bench in (collect, forms, phone, frame_import, draw, analysis, results, documents):
        print(f"\n{bench.__doc__}")
        bench.run()


if __name__ == "__main__":
    main()
