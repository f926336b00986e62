"""`make bench`: every benchmark, one after the other."""

from __future__ import annotations

from bench import analysis, collect, documents, draw, forms, frame_import, phone


def main() -> None:
    for bench in (collect, forms, phone, frame_import, draw, analysis, documents):
        print(f"\n{bench.__doc__}")
        bench.run()


if __name__ == "__main__":
    main()
