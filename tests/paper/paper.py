#!/usr/bin/python3
"""Every experiment of the Llama2.pi paper, on this project's code: a page with pictures, the figures as
CSV, and docs/paper.md. `./dev paper` builds what is needed and runs it."""
import argparse
import os
import pathlib
import sys
import time

import charts
import page
from experiment import EXPERIMENTS, write_csv
from lab import Failure, Lab

# In the order of the page.
import sizes  # noqa: F401  pylint: disable=unused-import
import types_compared  # noqa: F401  pylint: disable=unused-import
import streaming  # noqa: F401  pylint: disable=unused-import
import positions  # noqa: F401  pylint: disable=unused-import
import single_figures  # noqa: F401  pylint: disable=unused-import
import pruning  # noqa: F401  pylint: disable=unused-import
import sweeps  # noqa: F401  pylint: disable=unused-import

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev paper", description="Every experiment of the paper, on this project's own code.",
        epilog="A command that has run with the same inputs is not run again: its result is in "
               "FOLDER/kept. Without --seven-b all takes about 20 minutes on two cores.")
    parser.add_argument("--seven-b", action="store_true",
                        help="Llama-2-7B's shape, too: some gigabytes")
    parser.add_argument("--only", metavar="NAME", action="append",
                        help="only this experiment; may be repeated; docs/paper.md stays as it is")
    parser.add_argument("--list", action="store_true", help="the names of all experiments")
    parser.add_argument("--miniature", action="store_true",
                        help="the default model alone, few samples: shows that all works, in a minute")
    parser.add_argument("--no-pictures", action="store_true", help="for want of gnuplot")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/paper",
                        help="for the page (default: build/paper)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="programs at a time")
    return parser.parse_args()


def chosen(names):
    known = [one.name for one in EXPERIMENTS]
    for name in names or []:
        if name not in known:
            raise Failure(f"there is no experiment \"{name}\"; there are {', '.join(known)}")
    return [one for one in EXPERIMENTS if not names or one.name in names]


def write(path, text):
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)


def run(options):
    wanted = chosen(options.only)
    if options.list:
        for one in wanted:
            print(f"{one.name:16} {one.title} ({one.paper})")
        return
    if not options.no_pictures:
        charts.need_gnuplot()
    folder = options.folder.resolve()
    lab = Lab(ROOT, folder, options.jobs, options.miniature, options.seven_b)
    parts = []
    for number, one in enumerate(wanted, 1):
        started = time.monotonic()
        print(f"{one.name} ({number} of {len(wanted)}): {one.title}", file=sys.stderr, flush=True)
        lab.experiment, lab.commands = one.name, []
        result = one.measure(lab)
        if result is None:  # nothing is there to measure
            continue
        write_csv(folder / f"{one.name}.csv", result.rows)
        parts.append((one, result, lab.commands))
        print(f"{one.name}: {len(result.rows)} rows, {time.monotonic() - started:.0f} s",
              file=sys.stderr, flush=True)
    write(folder / "index.html", page.page(parts, lab.left_out, not options.no_pictures))
    summary = page.markdown(parts, lab.left_out)
    write(folder / "paper.md", summary)
    print(f"{lab.shown(folder / 'index.html')} is written")
    if not options.only and not options.miniature:
        write(ROOT / "docs/paper.md", summary)
        print("docs/paper.md is written")


def main():
    try:
        run(arguments())
    except Failure as failure:
        print(f"paper: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("paper: stopped; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
