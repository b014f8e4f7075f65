"""What an experiment is, and the list of all."""
import csv
import dataclasses

EXPERIMENTS = []


@dataclasses.dataclass
class Find:
    """A line of the summary."""
    paper: str  # what it said
    ours: str   # what we measure
    why: str    # they differ, or agree


@dataclasses.dataclass
class Result:
    text: str     # what was done, and what it shows
    rows: list    # NAME.csv: dicts with the same keys each
    charts: list = dataclasses.field(default_factory=list)
    finds: list = dataclasses.field(default_factory=list)
    table: list = None  # what page and summary show of the rows, if not all: dicts likewise


@dataclasses.dataclass
class Experiment:
    name: str
    title: str
    paper: str  # where the paper has it
    measure: object  # a function that takes the Lab and returns the Result


def experiment(name, title, paper):
    """Adds the function that it stands above to the list."""
    def add(function):
        EXPERIMENTS.append(Experiment(name, title, paper, function))
        return function
    return add


def write_csv(path, rows):
    part = path.with_suffix(".part")
    with open(part, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.rename(path)


def shown(value):
    """A cell for people: 1,234,567; three or four digits of a fraction."""
    if isinstance(value, bool) or value is None:
        return {None: "–", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10000 else str(value)
    if not isinstance(value, float):
        return str(value)
    size = abs(value)
    if size >= 10000:
        return f"{value:,.0f}"
    places = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 1 else 4
    return f"{value:.{places}f}" if size >= 1e-3 or value == 0 else f"{value:.2e}"
