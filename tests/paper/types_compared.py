"""f32, q8_0 and q4_0: time, error, perplexity."""
from charts import POINTS, Chart
from experiment import Find, Result, experiment
from models import CHECKPOINTS, KEYS_AND_VALUES, TYPES, models, parsed, perplexity, places, trained
from seed import FIGURE_5_LAYER_MS, INT8_LARGEST_ERROR, SECONDS_FP32, SECONDS_INT8

MS_A_CYCLE = 1e-6  # at 1 GHz
GROUPS = {"classifier": ("classifier",), "feed-forward": ("w1", "w2", "w3", "swiglu"),
          "attention matrices": ("wq", "wk", "wv", "wo"), "attention": ("attention", "rope")}


def group_of(operation):
    return next((group for group, members in GROUPS.items() if operation in members), "others")


@experiment("operations", "f32, q8_0 and q4_0: time by layer and operation", "figure 5, section 5.1")
def operations(lab):
    names = trained(lab) + ([] if lab.is_miniature else ["stories15m"])
    all_models = models(lab, names, ("q8_0",) if lab.is_miniature else TYPES)
    if not lab.is_miniature:
        all_models += models(lab, ["stories110m"], ("q8_0", "q4_0"))
    position = 31 if lab.is_miniature else 127
    measured = lab.each(lambda each: places(lab, each[2], [position], context=2 * position + 2)[0],
                        all_models)
    rows, totals, layers = [], {}, {}
    for (name, type_, _), place in zip(all_models, measured):
        totals[name, type_] = {group: 0 for group in [*GROUPS, "others"]}
        for scope in place["scopes"]:
            ms = scope["cycles"] * MS_A_CYCLE
            rows.append({"model": name, "type": type_, "layer": scope["layer"],
                         "operation": scope["operation"], "cycles": scope["cycles"], "ms": ms})
            totals[name, type_][group_of(scope["operation"])] += ms
            if scope["layer"] >= 0:
                of_model = layers.setdefault(name, {}).setdefault(type_, {})
                of_model[scope["layer"]] = of_model.get(scope["layer"], 0) + ms
    charts = []
    for name in dict.fromkeys(name for name, _ in totals):
        types = [type_ for other, type_ in totals if other == name]
        charts.append(Chart(f"{name}: a token, by operation", "", "ms",
                            {group: [totals[name, type_][group] for type_ in types]
                             for group in [*GROUPS, "others"]}, bars=types))
        charts.append(Chart(f"{name}: by layer", "layer", "ms",
                            {type_: sorted(ms.items()) for type_, ms in layers[name].items()}))
    table = [{"model": name, "type": type_, **groups, "ms per token": sum(groups.values())}
             for (name, type_), groups in totals.items()]
    finds = []
    for name in dict.fromkeys(row["model"] for row in table):
        ms = {row["type"]: row["ms per token"] for row in table if row["model"] == name}
        if "f32" in ms and name == "stories15m":
            finds = [Find(f"INT8 is {SECONDS_FP32 / SECONDS_INT8:.0f} times as fast as FP32 "
                          f"({SECONDS_FP32} and {SECONDS_INT8} s per token)",
                          f"{ms['f32'] / ms['q8_0']:.2f} times, and q4_0 {ms['f32'] / ms['q4_0']:.2f} "
                          f"times as fast as f32 ({name})",
                          "27 GB were paged on a laptop: what was measured is its disk. By its own "
                          f"figure the ratio is {FIGURE_5_LAYER_MS['FP32'] / FIGURE_5_LAYER_MS['INT8']:.0f}, "
                          f"and INT8 takes {32 * FIGURE_5_LAYER_MS['INT8'] / 1e3:.1f} s per token"),
                     Find("INT4 was slower than INT8 on the Pi (no figure)",
                          f"q4_0 takes {ms['q4_0'] / ms['q8_0']:.2f} of q8_0's time ({name})",
                          "its 4-bit fields took a whole byte each; ours are half as many bytes from SDRAM")]
    text = (f"A token at position {position}, all weights in memory. Each cycle belongs to one operation "
            "of the profiler. Layers differ by what is in the caches alone.")
    return Result(text, rows, charts, finds, table)


@experiment("errors", "q8_0 and q4_0: error by tensor", "section 4.2")
def errors(lab):
    rows = []
    for name, type_, file in models(lab, list(CHECKPOINTS), ("q8_0", "q4_0"), from_checkpoints=True):
        for row in parsed(lab.printed(file)):
            rows.append({"model": name, "type": type_, "layer": row["layer"], "tensor": row["tensor"],
                         "weights": row["weights"], "largest": float(row["largest"]),
                         "mean": float(row["mean"])})
    if not rows:
        return None
    charts, table = [], []
    for name in dict.fromkeys(row["model"] for row in rows):
        tensors_ = list(dict.fromkeys(row["tensor"] for row in rows))
        for key in ("largest", "mean"):
            charts.append(Chart(f"{name}: {key} difference", "", "of a weight", {
                type_: [(tensors_.index(row["tensor"]), row[key]) for row in rows
                        if (row["model"], row["type"]) == (name, type_)] for type_ in ("q8_0", "q4_0")},
                log="y", style=POINTS, ticks=tensors_))
        for type_ in ("q8_0", "q4_0"):
            own = [row for row in rows if (row["model"], row["type"]) == (name, type_)]
            weights = sum(row["weights"] for row in own)
            table.append({"model": name, "type": type_, "largest": max(row["largest"] for row in own),
                          "mean": sum(row["mean"] * row["weights"] for row in own) / weights})
    finds = [Find(f"INT8's largest error is {INT8_LARGEST_ERROR}",
                  ", ".join(f"{row['largest']:.4f} in {row['type']} ({row['model']})" for row in table),
                  "an error is half a step of the largest weight of its group, so it says how large that is: "
                  "about 1.8 in the 7B; ours has groups of 32, theirs of 64")]
    return Result("Differences of a weight from the checkpoint in f32, without their sign.", rows, charts, finds,
                  table)


@experiment("perplexity", "f32, q8_0 and q4_0: perplexity", "nowhere: it has no perplexity")
def perplexities(lab):
    all_models = models(lab, trained(lab), ("q8_0",) if lab.is_miniature else TYPES)
    kinds = KEYS_AND_VALUES[-1:] if lab.is_miniature else KEYS_AND_VALUES
    jobs = [(*each, kv) for each in all_models for kv in kinds]
    values = lab.each(lambda job: perplexity(lab, job[2], job[3]), jobs)
    rows = [{"model": name, "type": type_, "kv": kv, "perplexity": value}
            for (name, type_, _, kv), value in zip(jobs, values)]
    charts = []
    for name in dict.fromkeys(row["model"] for row in rows):
        types = [type_ for other, type_, _ in all_models if other == name]
        charts.append(Chart(f"{name}: perplexity by the type of weights", "", "perplexity",
                            {f"kv {kv}": [(at, row["perplexity"]) for at, row in enumerate(
                                row for row in rows if row["model"] == name and row["kv"] == kv)]
                             for kv in kinds},
                            ticks=types))
    text = ("Forty stories of models/recipe that no model has seen; for stories260K they are another "
            "author's. The board gives the same figures to the last bit.")
    return Result(text, rows, charts)
