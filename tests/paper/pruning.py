"""Pruning: bytes, time and quality."""
import os
import re

from charts import Chart
from experiment import Find, Result, experiment
from models import (CHECKPOINTS, TYPES, least_ram_mib, model, models, perplexity, places, pruned, tensors,
                    trained)
from seed import SECTION_4_1_MB

RATIOS = (0, 0.1, 1, 5, 10, 20, 30, 40, 50, 60, 70)  # percent
SCOPES = ("tensor", "row", "role")
FEED_FORWARD = ("w1", "w2", "w3")
PROMPT = "The dragon"
SCALE_BYTES = 2 / 32  # of q8_0 and q4_0, a weight
VALUE_BYTES = {"f32": 4, "q8_0": 1, "q4_0": 0.5}


def ratios(lab):
    return (0, 10, 20, 30) if lab.is_miniature else RATIOS


def bytes_a_weight(rows, roles=None):
    """Of the matrices of these roles, or of all."""
    own = [row for row in rows if row["rows"] > 1 and (roles is None or row["tensor"] in roles)]
    return sum(row["bytes"] for row in own) / sum(row["weights"] for row in own)


def masked_share_of_f32(report):
    """What pruned f32, which stays dense in the file, would take without zeros; as `prune` says."""
    masked, dense = re.search(r"it would take (\d+) bytes, .* % of (\d+)", report).groups()
    return int(masked) / int(dense)


def greedy(lab, file):
    return lab.text("barellama", "run", file, "--prompt", PROMPT, "--temperature", 0, "--seed", 1,
                    "--steps", 64 if lab.is_miniature else 100)


@experiment("pruned-bytes", "Pruning: bytes per weight", "section 4.1")
def pruned_bytes(lab):
    jobs = [(*each, percent) for each in models(lab, ["tales-1m"], ("q8_0",) if lab.is_miniature else TYPES)
            for percent in ratios(lab)]
    shape, layers, percents = ("stories260k", "2", (20, 30)) if lab.is_miniature else ("llama2-7b", "1", (20, 30, 50))
    jobs += [(shape, type_, model(lab, shape, type_, "--layers", layers), percent)
             for type_ in ("q8_0", "q4_0") for percent in percents]

    def measure(job):
        name, type_, file, percent = job
        scale, value = (0 if type_ == "f32" else SCALE_BYTES), VALUE_BYTES[type_]
        kept = 1 - percent / 100
        dense = bytes_a_weight(tensors(lab, file), FEED_FORWARD)
        cut = pruned(lab, name, type_, file, percent)
        ours = bytes_a_weight(tensors(lab, cut), FEED_FORWARD)
        if type_ == "f32" and percent > 0:
            ours *= masked_share_of_f32(lab.printed(cut))
        return {"model": name, "type": type_, "percent": percent, "dense": dense,
                "byte mask": 1 + scale + kept * value, "bit mask": 1 / 8 + scale + kept * value,
                "ours": ours, "ours of dense": ours / dense}
    rows = lab.each(measure, jobs)
    charts = [Chart(f"Feed-forward matrices in {type_}", "% of zeros", "bytes per weight", {
        key: [(row["percent"], row[key]) for row in rows
              if row["type"] == type_ and row["model"] == "tales-1m"]
        for key in ("dense", "byte mask", "bit mask", "ours")})
        for type_ in dict.fromkeys(row["type"] for row in rows)]
    finds = [Find(f"a matrix in f32 has {SECTION_4_1_MB[0]} MB unpruned, {SECTION_4_1_MB[20]} at 20 %, "
                  f"{SECTION_4_1_MB[50]} at 50 %",
                  "of dense: " + "; ".join(
                      f"{row['ours of dense']:.2f} at {row['percent']} % in {row['type']}" for row in rows
                      if row["percent"] in (20, 30, 50) and row["type"] != "f32" and row["model"] == "tales-1m"),
                  "all three sizes carry a byte of mask per weight, and dense is 180.4 MB: at 20 % theirs is "
                  "larger than dense. Ours has a bit per weight, and of each block what is smaller")]
    text = ("Magnitude pruning of w1, w2 and w3. Byte mask is the format that the paper's code writes, bit mask "
            "the one that it describes, both computed; ours is what lies in the file, but for f32, which stays dense "
            "there: it is what `prune` says that it would take. Of the 7B's shape one layer is pruned.")
    return Result(text, rows, charts, finds)


def quality_jobs(lab):
    jobs = [(name, type_, file, "tensor", percent)
            for name, type_, file in models(lab, trained(lab), ("q8_0",) if lab.is_miniature else TYPES)
            for percent in ratios(lab)]
    if not lab.is_miniature:
        jobs += [(name, type_, file, scope, percent)
                 for name, type_, file in models(lab, list(CHECKPOINTS), ("q8_0",))
                 for scope in SCOPES[1:] for percent in RATIOS[1:]]
    return jobs


@experiment("pruned-quality", "Pruning: perplexity", "appendix A has texts, no perplexity")
def pruned_quality(lab):
    def measure(job):
        name, type_, file, scope, percent = job
        cut = pruned(lab, name, type_, file, percent, scope)
        directory = tensors(lab, cut)
        return {"model": name, "type": type_, "scope": scope, "percent": percent,
                "perplexity": perplexity(lab, cut), "bytes per weight": bytes_a_weight(directory),
                "feed-forward bytes per weight": bytes_a_weight(directory, FEED_FORWARD)}
    rows = lab.each(measure, quality_jobs(lab))
    charts = []
    for name in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == name]
        by_tensor = [row for row in own if row["scope"] == "tensor"]
        types = list(dict.fromkeys(row["type"] for row in by_tensor))
        usable = 4 * min(row["perplexity"] for row in own)
        charts.append(Chart(f"{name}: by the share of zeros", "% of zeros", "perplexity", {
            type_: [(row["percent"], row["perplexity"]) for row in by_tensor if row["type"] == type_]
            for type_ in types}, log="y"))
        charts.append(Chart(f"{name} in q8_0: scopes", "% of zeros", "perplexity", {
            scope: [(row["percent"], row["perplexity"]) for row in own
                    if row["type"] == "q8_0" and row["scope"] == scope]
            for scope in dict.fromkeys(row["scope"] for row in own)}, log="y"))
        charts.append(Chart(f"{name}: what a byte buys", "bytes per weight, all matrices", "perplexity", {
            type_: [(row["bytes per weight"], row["perplexity"]) for row in by_tensor
                    if row["type"] == type_ and row["perplexity"] <= usable and type_ != "f32"]
            for type_ in types if type_ != "f32"}, log="y"))
    text = ("By magnitude, w1, w2 and w3 only, of forty stories that no model has seen. A threshold for each "
            "tensor (the paper's INT8), each row, or each role over all layers (its f32).")
    finds = []
    dense = {(row["model"], row["type"]): row for row in rows if row["percent"] == 0}
    if ("tales-1m", "q4_0") in dense:
        four = dense["tales-1m", "q4_0"]
        cut = next(row for row in rows if row["percent"] == 30 and row["type"] == "q8_0"
                   and row["model"] == "tales-1m" and row["scope"] == "tensor")
        finds = [Find("pruning is a way to smaller models",
                      f"q8_0 at 30 %: {cut['bytes per weight']:.2f} bytes per weight, perplexity "
                      f"{cut['perplexity']:.3f}; q4_0 as it is: {four['bytes per weight']:.2f}, "
                      f"{four['perplexity']:.3f} (tales-1m)",
                      "half of each weight's bits are worth more than 30 % of the weights")]
    return Result(text, rows, charts, finds)


@experiment("pruned-texts", "Pruning: greedy text", "appendix A")
def pruned_texts(lab):
    file = model(lab, "tales-1m", "q8_0")
    texts = lab.each(lambda percent: greedy(lab, pruned(lab, "tales-1m", "q8_0", file, percent)), ratios(lab))
    rows = [{"percent": percent, "as dense": text == texts[0],
             "characters as dense": len(os.path.commonprefix([texts[0], text])), "text": " ".join(text.split())}
            for percent, text in zip(ratios(lab), texts)]
    same = max(row["percent"] for row in rows if row["as dense"])
    finds = [Find("0.1 %: as unpruned; 1 %: loops; 5, 10 %: loops of nouns; 20 %: scrap",
                  f"tales-1m in q8_0 tells the same text up to {same} %",
                  "its seed 0 froze the generator, so all texts were greedy; the 7B's f32 export was damaged, and "
                  "a ratio of 0.1 % read before the array")]
    return Result(f"\"{PROMPT}\", always the likeliest token.", rows, [], finds)


@experiment("pruned-time", "Pruning: time of a token", "nowhere: it only wrote zeros into dense arrays")
def pruned_time(lab):
    types = ("q8_0",) if lab.is_miniature else ("q8_0", "q4_0")
    name = "tales-1m" if lab.is_miniature else "stories15m"
    position, context = (31, 64) if lab.is_miniature else (127, 256)
    percents = (0, 20) if lab.is_miniature else (0, 10, 20, 30, 40, 50, 60, 70)

    def measure(job):
        type_, percent = job
        file = pruned(lab, name, type_, model(lab, name, type_), percent)
        whole = places(lab, file, [position], context=context)[0]
        cut = places(lab, file, [position], context=context,
                     ram_mib=least_ram_mib(lab, file, context=context))[0]
        row = {"model": name, "type": type_, "percent": percent, "pinned ms": whole["cycles"] / 1e6,
               "streamed MB": cut["streamed_bytes"] / 1e6, "streamed, core ms": cut["cycles"] / 1e6}
        for speed in (10, 20, 40):
            row[f"streamed ms at {speed} MB/s"] = max(cut["cycles"] / 1e6, cut["streamed_bytes"] / speed / 1e3)
        return row
    rows = lab.each(measure, [(type_, percent) for type_ in types for percent in percents])
    charts = [Chart(f"{name} in {type_}", "% of zeros", "ms per token", {
        key: [(row["percent"], row[key]) for row in rows if row["type"] == type_]
        for key in ("pinned ms", "streamed, core ms", "streamed ms at 10 MB/s", "streamed ms at 20 MB/s")},
        log="y") for type_ in types]
    first, half = rows[0], next((row for row in rows if row["percent"] >= 50), rows[-1])
    finds = [Find("pruned weights save time (expected, not measured)",
                  f"at {half['percent']} % a token takes {half['pinned ms'] / first['pinned ms']:.2f} of the dense "
                  f"one's time from memory, {half['streamed ms at 20 MB/s'] / first['streamed ms at 20 MB/s']:.2f} "
                  f"from a card of 20 MB/s ({name} in {half['type']})",
                  "from a card time follows bytes; from memory finding the kept weights costs more than "
                  "multiplying by zeros")]
    text = "The same shape dense and masked, all in memory or as much as possible streamed."
    return Result(text, rows, charts, finds)
