"""Pictures, drawn by gnuplot as SVG that stands in the page itself: its text takes the page's colour,
so that it can be read in the dark, and its size, 400 by 300, that of a telephone."""
import dataclasses
import re
import shutil
import subprocess

from lab import Failure

# Okabe and Ito's, told apart by everybody; all can be seen on white and on black.
COLOURS = ["#3d8fd1", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#9a8f00", "#999999"]


@dataclasses.dataclass
class Chart:
    """Lines of points, {name: [(x, y), ...]}; or, with `bars`, a column for each name of `bars` in
    which the series' values, [y, ...], stand on each other."""
    title: str
    x: str
    y: str
    series: dict
    log: str = ""  # axes: "", "x", "y" or "xy"
    bars: list = None
    style: str = "linespoints lw 1.5 pt 7 ps 0.4"
    ticks: list = None  # what stands at x = 0, 1, 2 ... instead of numbers


POINTS = "points pt 7 ps 0.8"
STEMS = "impulses lw 20"


def need_gnuplot():
    if shutil.which("gnuplot") is None:
        raise Failure("gnuplot is not there, which draws the pictures: install gnuplot-nox, or leave "
                      "them out with --no-pictures")


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def script_of(chart):
    lines = ["set terminal svg size 400,300 font 'sans-serif,11' noenhanced",
             f"set title {quoted(chart.title)}", f"set xlabel {quoted(chart.x)}",
             f"set ylabel {quoted(chart.y)}", "set border 3", "set tics nomirror", "set grid ytics",
             "set key below samplen 1.5 width 1", "set yrange [0:]"]
    if chart.log:
        lines.append(f"set logscale {chart.log}")
        if "y" in chart.log:
            lines.append("set yrange [*:*]")
    if len(chart.series) == 1 and "" in chart.series:
        lines.append("set key off")
    if chart.ticks is not None:
        ticks = ", ".join(f"{quoted(tick)} {at}" for at, tick in enumerate(chart.ticks))
        lines += [f"set xtics ({ticks}) rotate by -30", f"set xrange [-.5:{len(chart.ticks) - .5}]"]
    plots = []
    if chart.bars is None:
        for i, (name, points) in enumerate(chart.series.items()):
            lines += [f"$d{i} << EOD", *(f"{x} {y}" for x, y in points), "EOD"]
            plots.append(f"$d{i} using 1:2 with {chart.style} "
                         f"lc rgb '{COLOURS[i % len(COLOURS)]}' title {quoted(name)}")
    else:
        lines += ["set style data histograms", "set style histogram rowstacked",
                  "set style fill solid 0.9 noborder", "set boxwidth 0.8", "set xtics rotate by -30",
                  "$d << EOD"]
        for i, bar in enumerate(chart.bars):
            lines.append(f'"{bar}" ' + " ".join(str(values[i]) for values in chart.series.values()))
        lines.append("EOD")
        for i, name in enumerate(chart.series):
            plots.append(f"$d using {i + 2}{':xtic(1)' if i == 0 else ''} "
                         f"lc rgb '{COLOURS[i % len(COLOURS)]}' title {quoted(name)}")
    return "\n".join(lines + ["plot " + ", \\\n  ".join(plots), ""])


def draw(chart):
    run = subprocess.run(["gnuplot"], input=script_of(chart), capture_output=True, text=True,
                         check=False)
    # A warning ("all points undefined") is a picture without content; that all are alike is not.
    warnings = [line for line in run.stderr.lower().splitlines()
                if "warning" in line and "empty" not in line]
    if run.returncode != 0 or warnings:
        raise Failure(f"gnuplot could not draw \"{chart.title}\":\n{run.stderr[-1000:]}")
    svg = run.stdout[run.stdout.index("<svg"):]
    svg = re.sub(r'width="\d+" height="\d+"', 'role="img"', svg, count=1)
    # Black is what gnuplot draws text, axes and grid in.
    return re.sub(r"""(fill|stroke|color)=["'](black|rgb\( *0, *0, *0\))["']""", r'\1="currentColor"', svg)
