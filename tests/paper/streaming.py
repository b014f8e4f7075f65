"""All weights in memory against weights from the card."""
from charts import Chart
from experiment import Find, Result, experiment
from lab import OUTPUT
from models import BOARD_MIB, least_ram_mib, model, models, places, plan, tensors
from seed import (FIGURE_5_LAYER_MS, FIGURE_6_LAYER_MS, SECONDS_INT8, SECONDS_SEGMENTED)

CARD_SPEEDS = (5, 10, 15, 20, 25, 40, 60, 90)  # MB/s; a Zero's interface ends at 25
USUAL_SPEED = 20


@experiment("streaming", "Whole in memory, and streamed from the card", "figure 6, section 5.2")
def streamed(lab):
    if lab.is_miniature:
        all_models = models(lab, ["tales-1m"], ("q8_0",))
    else:
        all_models = models(lab, ["tales-1m", "stories15m"], ("q8_0", "q4_0"))
    position, context = (31, 64) if lab.is_miniature else (127, 256)

    def measure(each):
        file = each[2]
        ram = least_ram_mib(lab, file, context=context)
        return (places(lab, file, [position], context=context)[0],
                places(lab, file, [position], context=context, ram_mib=ram)[0], ram)
    rows, charts, table = [], [], []
    for (name, type_, file), (whole, cut, ram) in zip(all_models, lab.each(measure, all_models)):
        layers = max(row["layer"] for row in tensors(lab, file)) + 1
        for speed in lab.samples(CARD_SPEEDS):
            card_s = cut["streamed_bytes"] / speed / 1e6
            core_s = cut["cycles"] / 1e9
            planned = plan(lab, file, "--kv", "q8_0", "--ctx", context, "--ram-mib", ram, "--card-mb-s",
                           speed, positions=[position])["tokens"][0]
            rows.append({"model": name, "type": type_, "card MB/s": speed,
                         "whole ms": whole["cycles"] / 1e6, "streamed MB": cut["streamed_bytes"] / 1e6,
                         "core ms": 1e3 * core_s, "card ms": 1e3 * card_s,
                         "streamed ms": 1e3 * max(core_s, card_s),
                         "ms per layer": 1e3 * max(core_s, card_s) / layers,
                         "planned ms": 1e3 * planned["total_s"],
                         "times slower": max(core_s, card_s) / (whole["cycles"] / 1e9)})
        own = [row for row in rows if (row["model"], row["type"]) == (name, type_)]
        charts.append(Chart(f"{name} in {type_}", "card, MB/s", "ms per token", {
            line: [(row["card MB/s"], row[key]) for row in own]
            for line, key in (("streamed", "streamed ms"), ("planned", "planned ms"),
                              ("whole in memory", "whole ms"))}, log="xy"))
        table += [row for row in own if row["card MB/s"] in (5, 20, 90) or lab.is_miniature]
    at_usual = [row for row in rows if row["card MB/s"] == USUAL_SPEED] or rows
    shown = at_usual[-1]
    by_figure = FIGURE_6_LAYER_MS / FIGURE_5_LAYER_MS["INT8"]
    finds = [Find(f"segmented is {SECONDS_SEGMENTED / SECONDS_INT8:.0f} times slower than whole",
                  f"{shown['times slower']:.1f} times with a card of {shown['card MB/s']} MB/s, "
                  f"{rows[-1]['times slower']:.1f} with one of {rows[-1]['card MB/s']} "
                  f"({shown['model']} in {shown['type']})",
                  f"by its own figure 6 it is {by_figure:.0f} times: each layer was mapped again and paged in "
                  "while it was multiplied. Ours reads ahead: a token takes as long as the slower of card "
                  "and core")]
    text = ("As little memory as the model runs in, so that every matrix streams for each token. The core's "
            "work is counted in that state, checksums and commands included; the card's time is its bytes "
            "at the speed. Both go on at once (see below), so that a token takes as long as the slower of them.")
    return Result(text, rows, charts, finds, table)


@experiment("overlap", "Card and core at the same time", "section 5.2: a layer was read, then multiplied")
def overlap(lab):
    rows = [{"pinned": row["pinned_share"], "core over card": row["core_over_card"],
             "pass over the slower": row["pass_over_slower"], "one by one": row["one_by_one_over_slower"]}
            for row in lab.json("bench", "--overlap", "--json", OUTPUT)["overlap"]]
    charts = [Chart(f"{100 * share:.0f} % pinned", "time of the core over the card's", "times the slower of both", {
        key: [(row["core over card"], row[key]) for row in rows if row["pinned"] == share]
        for key in ("pass over the slower", "one by one")}, log="x") for share in (0, .5)]
    worst = max(row["pass over the slower"] for row in rows)
    finds = [Find("a segment is read when it is needed; nothing overlaps",
                  f"a pass takes {100 * (worst - 1):.1f} % more than the slower of card and core at most",
                  "the next chunks are read while the core multiplies, checks included")]
    text = ("The board's own streaming code over a card and a core of set speeds, in simulated time, from a core "
            "20 times as fast as the card to one 20 times as slow.")
    return Result(text, rows, charts, finds)


@experiment("memory", "Memory of a board", "sections 5 and 6: 700 MB, \"2 GB of RAM may do\"")
def memory(lab):
    names = ["tales-1m"] if lab.is_miniature else ["tales-1m", "stories15m", "stories110m", "tinyllama-1.1b"]
    all_models = models(lab, names, ("q8_0",) if lab.is_miniature else ("q8_0", "q4_0"))
    if lab.has_seven_b:
        all_models += [("llama2-7b", type_, model(lab, "llama2-7b", type_)) for type_ in ("q4_0", "q8_0")]
    parts = ("kv", "state", "buffer", "table", "pinned")
    rows = []
    for name, type_, file in all_models:
        planned = plan(lab, file, "--kv", "q8_0")
        rows.append({"model": name, "type": type_, "context": planned["context"],
                     **{f"{part} MiB": planned[f"{part}_bytes"] / 2**20 for part in parts},
                     "peak MiB": planned["peak_bytes"] / 2**20,
                     "streamed MB per token": planned["streamed_bytes"] / 1e6})
    charts = [Chart(f"Memory of a board with {BOARD_MIB} MiB", "", "MiB",
                    {part: [row[f"{part} MiB"] for row in rows] for part in parts},
                    bars=[f"{row['model']} {row['type']}" for row in rows])]
    largest = rows[-1]
    finds = [Find("about 700 MB, 569 of them state; 2 GB may do for the 7B",
                  f"{largest['model']} in {largest['type']} runs in {BOARD_MIB} MiB: "
                  f"{largest['state MiB']:.1f} MiB of state, {largest['kv MiB']:.0f} of keys and values for "
                  f"{largest['context']} positions, {largest['pinned MiB']:.0f} of pinned weights",
                  "its state held the embedding in f32 and a matrix in INT8: 569 MB; without these it is 0.6 MB")]
    text = ("By `plan`, which runs the kernel's own code: what it says is the kernel's peak to the byte "
            "(SevenB and Plan tests). What does not fit is streamed. Keys and values in q8_0.")
    return Result(text, rows, charts, finds)
