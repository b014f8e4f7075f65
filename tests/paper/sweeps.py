"""What a user may set, eight samples each."""
from charts import Chart
from experiment import Result, experiment
from models import KEYS_AND_VALUES, least_ram_mib, model, places, plan


@experiment("prompt-length", "What to set: the prompt's length", "nowhere")
def prompt_length(lab):
    name, type_ = ("tales-1m", "q8_0") if lab.is_miniature else ("stories15m", "q4_0")
    lengths = [5, 12, 20] if lab.is_miniature else [4, 8, 16, 32, 64, 128, 192, 250]
    file = model(lab, name, type_)
    measured = places(lab, file, positions=lengths[-1:], prompts=lengths)
    token = next(place["cycles"] for place in measured if place["what"] == "token") / 1e6
    rows = []
    for place in measured:
        if place["what"] != "prompt":
            continue
        count = place["tokens"]
        planned = plan(lab, file, "--kv", "q8_0", "--prompt", count)["prompt"]
        rows.append({"model": name, "type": type_, "prompt": count, "ms": place["cycles"] / 1e6,
                     "planned ms": 1e3 * planned["total_s"], "ms per token": place["cycles"] / count / 1e6,
                     "ms of a token of a story": token})
    charts = [Chart(f"{name} in {type_}: a prompt", "tokens", "ms to the first token",
                    {key: [(row["prompt"], row[key]) for row in rows] for key in ("ms", "planned ms")}),
              Chart("each of its tokens", "tokens", "ms", {
                  key: [(row["prompt"], row[key]) for row in rows]
                  for key in ("ms per token", "ms of a token of a story")})]
    cheap = rows[-1]
    text = (f"Eight tokens of a prompt go through the layers together and need no classifier: each costs "
            f"{cheap['ms per token'] / cheap['ms of a token of a story']:.2f} of a token of the story. A long "
            "prompt is cheap; lengths just above a multiple of eight waste most.")
    return Result(text, rows, charts)


@experiment("context", "What to set: context, and the type of keys and values", "nowhere")
def context(lab):
    name, type_ = ("tales-1m", "q8_0") if lab.is_miniature else ("tinyllama-1.1b", "q4_0")
    contexts = [64, 128, 256] if lab.is_miniature else [256 * i for i in range(1, 9)]
    file = model(lab, name, type_)
    rows = []
    for kv in KEYS_AND_VALUES:
        for positions in contexts:
            planned = plan(lab, file, "--kv", kv, "--ctx", positions, positions=[positions - 1])
            rows.append({"model": name, "type": type_, "kv": kv, "context": positions,
                         "kv MiB": planned["kv_bytes"] / 2**20, "pinned MiB": planned["pinned_bytes"] / 2**20,
                         "streamed MB": planned["streamed_bytes"] / 1e6,
                         "planned s, last token": planned["tokens"][0]["total_s"]})
    charts = [Chart(f"{name} in {type_}", "context", title, {
        f"kv {kv}": [(row["context"], row[key]) for row in rows if row["kv"] == kv] for kv in KEYS_AND_VALUES})
        for title, key in (("MiB of keys and values", "kv MiB"), ("MB streamed per token", "streamed MB"),
                           ("planned s of the last token", "planned s, last token"))]
    text = ("What keys and values take is not there for pinned weights: each MiB more is a MiB that streams for "
            "every token. If the model does not fit, set `kv = q8_0`, and no more context than is used; if it "
            "fits, neither costs anything but attention.")
    return Result(text, rows, charts)


@experiment("tiles", "What to set: the size of tiles", "nowhere: a layer was a file")
def tiles(lab):
    shape = "stories260k" if lab.is_miniature else "stories15m"
    sizes = [4, 64, 256] if lab.is_miniature else [4, 8, 16, 32, 64, 128, 256, 512]
    position, positions = (15, 32) if lab.is_miniature else (31, 64)

    def measure(kib):
        file = model(lab, shape, "q4_0", "--tile-kib", str(kib))
        ram = least_ram_mib(lab, file, context=positions)
        planned = plan(lab, file, "--kv", "q8_0", "--ctx", positions, "--ram-mib", ram)
        place = places(lab, file, [position], context=positions, ram_mib=ram)[0]
        return {"model": shape, "type": "q4_0", "tile KiB": kib, "least MiB": ram,
                "buffers MiB": planned["buffer_bytes"] / 2**20, "streamed MB": place["streamed_bytes"] / 1e6,
                "core ms": place["cycles"] / 1e6, "card ms at 20 MB/s": place["streamed_bytes"] / 20e3}
    rows = lab.each(measure, sizes)
    charts = [Chart(f"{shape} in q4_0, all streamed", "KiB of a tile", title,
                    {key: [(row["tile KiB"], row[key]) for row in rows] for key in keys}, log="x")
              for title, keys in (("ms of a token", ("core ms", "card ms at 20 MB/s")), ("MiB", ("buffers MiB",)))]
    best = min(rows, key=lambda row: row["core ms"])
    text = (f"Of what streams, a tile is checked, then multiplied. The core's work is least at "
            f"{best['tile KiB']} KiB here; large tiles need more buffers, small ones more checks and more "
            "starts of the loops. The default is 64 KiB.")
    return Result(text, rows, charts)
