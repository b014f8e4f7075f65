"""The page, and the summary in Markdown."""
import html
import re

from charts import draw
from experiment import shown

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 16px/1.45 sans-serif; margin: 0 auto; max-width: 75rem; padding: 0 .8rem 3rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.charts { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); }
figure { margin: 0; } svg { width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .5rem; text-align: right; vertical-align: top; }
th:first-child, td:first-child, .words td, .words th { text-align: left; }
.words td:first-child { font-weight: bold; }
pre { background: var(--soft); font-size: .8rem; overflow-x: auto; padding: .5rem; }
@media (max-width: 40rem) {
  .words thead { display: none; }
  .words td { border: 0; display: block; padding: .1rem .3rem; }
  .words td::before { content: attr(data-head) ": "; font-weight: bold; }
  .words td:first-child::before { content: none; }
  .words tr { border-bottom: 1px solid var(--line); display: block; padding: .3rem 0; }
}
"""
INTRODUCTION = (
    "Llama2.pi (M. Ding, Stanford, March 2024) described Llama-2-7B on a Raspberry Pi, and measured on "
    "a laptop. Each of its experiments is repeated here with this project's own code: instructions of "
    "the emulated Pi Zero are counted, cycles are those of the model of its core (at 1 GHz, SDRAM at "
    "350 MB/s), perplexities are exact. docs/measuring.md says what is exact in that and what is "
    "modelled; no figure is of a real board.")


def table_of(rows, css=""):
    def is_number(value):
        return isinstance(value, (int, float))
    head = "".join(f"<th>{html.escape(str(key))}</th>" for key in rows[0])
    body = "".join("<tr>" + "".join(
        f'<td data-head="{html.escape(str(key))}"{"" if is_number(value) else " style=text-align:left"}>'
        f"{html.escape(shown(value))}</td>" for key, value in row.items()) + "</tr>" for row in rows)
    return (f'<div class="wide"><table class="{css}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>")


def finds_of(parts):
    return [{"": one.title, "the paper": find.paper, "we measure": find.ours, "why": find.why}
            for one, result, _ in parts for find in result.finds]


def page(parts, left_out, has_pictures=True):
    """`parts`: (experiment, result, commands) each."""
    body = [f"<h1>The paper's experiments, on the Pi's own code</h1><p>{html.escape(INTRODUCTION)}</p>",
            table_of(finds_of(parts), "words") if finds_of(parts) else ""]
    body += [f"<p>Left out: {html.escape(line)}</p>" for line in left_out]
    for one, result, commands in parts:
        body.append(f'<h2 id="{one.name}">{html.escape(one.title)}</h2>'
                    f"<p>In the paper: {html.escape(one.paper)}. {html.escape(result.text)}</p>")
        if has_pictures:
            body.append('<div class="charts">' + "".join(
                f"<figure>{draw(chart)}</figure>" for chart in result.charts) + "</div>")
        body.append("<details><summary>Figures</summary>" + table_of(result.table or result.rows) +
                    "</details>")
        lines = html.escape("\n".join(commands))
        body.append(f'<p><a href="{one.name}.csv">{one.name}.csv</a>, made by <code>./dev paper --only '
                    f"{one.name}</code></p><details><summary>Commands</summary><pre>{lines}</pre>"
                    "</details>")
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>barellama: the paper</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{STYLE}</style></head><body>" + "\n".join(body) + "</body></html>\n")


def markdown_table(rows):
    def cell(value):
        return shown(value).replace("|", "\\|")
    numbers = [isinstance(value, (int, float)) for value in rows[0].values()]
    return "\n".join(["| " + " | ".join(map(str, rows[0])) + " |",
                      "|" + "|".join(" ---: " if number else " --- " for number in numbers) + "|"] +
                     ["| " + " | ".join(map(cell, row.values())) + " |" for row in rows])


def wrapped(text, width=100):
    lines, line = [], ""
    for word in re.split(r"\s+", text):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    return "\n".join(lines + [line])


def markdown(parts, left_out):
    introduction = INTRODUCTION.replace("docs/measuring.md", "[measuring.md](measuring.md)")
    blocks = ["# The paper's experiments", "Written by `./dev paper`, with the pictures in "
              "`build/paper/index.html`; never edited by hand.", wrapped(introduction), "## Summary",
              markdown_table(finds_of(parts))]
    blocks += [wrapped("Left out: " + line) for line in left_out]
    for one, result, _ in parts:
        blocks += [f"## {one.title}", wrapped(f"In the paper: {one.paper}. {result.text}"),
                   f"`./dev paper --only {one.name}`", markdown_table(result.table or result.rows)]
    return "\n\n".join(blocks) + "\n"
