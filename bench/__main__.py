"""`make bench`: every benchmark, one after the other."""

from __future__ import annotations

from bench import (
    analysis,
    collect,
    documents,
    draw,
    forms,
    frame_import,
    open_data,
    phone,
    public_page,
    results,
    snapshot,
)


def main() -> None:
    for bench in (
        collect,
        forms,
        phone,
        frame_import,
        draw,
        analysis,
        results,
        snapshot,
        documents,
        open_data,
        public_page,
    ):
        print(f"\n{bench.__doc__}")
        bench.run()


if __name__ == "__main__":
    main()
