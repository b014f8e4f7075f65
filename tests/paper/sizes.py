"""Bytes by tensor and layer."""
from charts import POINTS, Chart
from experiment import Find, Result, experiment
from models import TYPES, model, models, pruned, tensors, trained
from seed import FIGURE_3, FIGURE_3_TOTALS, LAYERS_7B


MASKED_PERCENT = 50  # of the feed-forward matrices' weights


def with_masked(lab, file, name, type_):
    """{what it is called: file}: the model, and pruned as far as a masked column shows it."""
    files = {type_: file}
    if type_ != "f32" and not lab.is_miniature:
        files[f"{type_} masked"] = pruned(lab, name, type_, file, MASKED_PERCENT)
    return files


def by_role(rows, layers):
    """{role: (weights, bytes in all layers, of them in one)}; `layers` for each layer of the file."""
    sums = {}
    for row in rows:
        in_layer = row["tensor"] in ("attention_norm", "ffn_norm") or row["tensor"].startswith("w")
        count = layers if in_layer else 1
        weights, whole, _ = sums.get(row["tensor"], (0, 0, 0))
        sums[row["tensor"]] = (weights + count * row["weights"], whole + count * row["bytes"],
                               row["bytes"] if in_layer else None)
    return sums


@experiment("bytes-7b", "Llama-2-7B: bytes by tensor", "figures 3 and 4")
def bytes_of_seven_b(lab):
    types = ["q4_0"] if lab.is_miniature else TYPES

    def measure(type_):
        files = with_masked(lab, model(lab, "llama2-7b", type_, "--layers", "1"), "llama2-7b", type_)
        return {key: by_role(tensors(lab, file), LAYERS_7B) for key, file in files.items()}
    sums = {key: roles for each in lab.each(measure, types) for key, roles in each.items()}
    types = list(sums)
    rows = []
    for role, (weights, _, _) in sums[types[-1]].items():
        printed = FIGURE_3[role]
        rows.append({"tensor": role, "weights": weights, "paper FP32": printed[0],
                     "paper INT8": printed[1], "INT8, right": printed[2],
                     **{type_: sums[type_][role][1] for type_ in types},
                     **{f"{type_} per layer": sums[type_][role][2] for type_ in types}})
    total = {"tensor": "total", "weights": sum(row["weights"] for row in rows),
             "paper FP32": FIGURE_3_TOTALS[0], "paper INT8": FIGURE_3_TOTALS[1],
             "INT8, right": FIGURE_3_TOTALS[2]}
    for key in rows[0]:
        if key not in total:
            total[key] = sum(row[key] or 0 for row in rows)
    roles = [row["tensor"] for row in rows if row["weights"] > 10**7]

    def line(key):
        return [(at, row[key] / 1e9) for at, row in
                enumerate(row for row in rows if row["tensor"] in roles)]
    charts = [Chart("Llama-2-7B, all layers", "", "GB",
                    {key: line(key) for key in ["paper FP32", "paper INT8", *types]},
                    style=POINTS, ticks=roles)]
    text = ("One layer of the 7B's shape is made and its directory read; all layers are alike, so the "
            "table has 32 of them. Weights of q8_0 and q4_0 have a scale of 16 bits for each 32, the "
            "paper's INT8 one of 32 bits for each 64: both 1.0625 bytes per weight. Its norms stay in "
            "f32 in its code, though its table quantizes them, as ours do. Masked: half of the weights of w1, w2 "
            "and w3 are pruned.")
    best = "q8_0" if "q8_0" in types else types[-1]
    finds = [Find(f"INT8 has {FIGURE_3_TOTALS[1]:,} bytes", f"{total[best]:,} in {best}",
                  f"wq to wo were counted with 1.25 bytes per weight; the code's own arithmetic gives "
                  f"{FIGURE_3_TOTALS[2]:,}")]
    if "f32" in types:
        finds.append(Find(f"FP32 has {FIGURE_3_TOTALS[0]:,} bytes", f"{total['f32']:,}",
                          "the sum lacks the final norm, and ours has padding to 512 bytes"))
    return Result(text, rows + [total], charts, finds)


@experiment("bytes", "Other models: bytes by tensor", "figures 3 and 4, of models that fit the board")
def bytes_of_models(lab):
    names = trained(lab) + ([] if lab.is_miniature else ["stories15m", "stories110m"])
    rows = []

    def measure(job):
        name, type_, file = job
        return [{"model": name, "type": key, "tensor": role, "weights": weights, "bytes": whole,
                 "bytes per layer": layer}
                for key, one in with_masked(lab, file, name, type_).items()
                for role, (weights, whole, layer) in by_role(tensors(lab, one), 1).items()]
    for made in lab.each(measure, models(lab, names, ("q8_0",) if lab.is_miniature else TYPES)):
        rows += made
    table, charts = [], []
    for name in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == name]
        types = list(dict.fromkeys(row["type"] for row in own))
        groups = {"embedding, classifier": ("token_embedding", "classifier"), "attention": ("wq", "wk", "wv", "wo"),
                  "feed-forward": ("w1", "w2", "w3"),
                  "norms": ("attention_norm", "ffn_norm", "final_norm")}

        def sum_of(type_, roles):
            return sum(row["bytes"] for row in own if row["type"] == type_ and row["tensor"] in roles)
        charts.append(Chart(name, "", "MB", {group: [sum_of(type_, roles) / 1e6 for type_ in types]
                                             for group, roles in groups.items()}, bars=types))
        table += [{"model": name, "type": type_, **{group: sum_of(type_, roles)
                                                    for group, roles in groups.items()}}
                  for type_ in types]
    text = "The same of the models that the other experiments measure, with layers added up."
    return Result(text, rows, charts, [], table)
