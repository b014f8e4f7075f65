"""Tokenizing, and one matrix of the 7B."""
from charts import POINTS, STEMS, Chart
from experiment import Find, Result, experiment
from lab import OUTPUT
from models import model, tensors
from seed import MATMUL_MINUTES_PI, TOKENIZER_SECONDS_PI


@experiment("tokenizing", "Text to tokens", "a notebook beside it: 295 s per token on the Pi")
def tokenizing(lab):
    file = lab.shared / "data/tok/ggml-vocab-llama-spm.gguf"
    if not file.exists():
        lab.leave_out("Llama 2's vocabulary", file)
    name = "Llama2" if file.exists() else "SentencePiece"
    rows = [{"vocabulary": row["vocabulary"], "tokens": row["tokens"], "text": row["text"],
             "ms": row["milliseconds"], "instructions": row["instructions"]}
            for row in lab.json("bench", "--tokenizer", "--vocabulary", name, "--json", OUTPUT)["tokenizer"]]
    names = list(dict.fromkeys(row["vocabulary"] for row in rows))
    texts = list(dict.fromkeys(row["text"] for row in rows))
    charts = [Chart(name, "", "ms for 1,000 characters", {
        "": [(at, row["ms"]) for at, row in enumerate(row for row in rows if row["vocabulary"] == name)]},
        style=STEMS, ticks=texts) for name in names]
    slowest = max(rows, key=lambda row: row["ms"])
    finds = [Find(f"{TOKENIZER_SECONDS_PI:.0f} s for \"hello world\"",
                  f"{slowest['ms']:.1f} ms for 1,000 characters at most ({slowest['text']})",
                  "an exchange sort of 32,000 strings at each start, compiled without optimization and with the "
                  "caches off; our file's vocabulary is sorted when it is made")]
    return Result("A prompt of 1,000 characters to the first pass, with cold caches.", rows, charts, finds)


@experiment("matrix", "One matrix of the 7B", "section 6: more than 30 minutes on the Pi")
def matrix(lab):
    bytes_of = {type_: tensors(lab, model(lab, "llama2-7b", type_, "--layers", "1")) for type_ in ("q8_0", "q4_0")}
    rows = []
    for row in lab.json("bench", "--rows", "--json", OUTPUT)["rows"]:
        if row["type"] not in bytes_of or row["columns"] not in (4096, 11008):
            continue
        tensor = next(one for one in bytes_of[row["type"]] if one["columns"] == row["columns"]
                      and one["tensor"] in ("wq", "w2"))
        rows.append({"type": row["type"], "tensor": tensor["tensor"], "rows": tensor["rows"],
                     "columns": tensor["columns"], "cycles per MAC": row["cycles_per_mac"],
                     "core s": row["cycles_per_mac"] * tensor["weights"] / 1e9,
                     "card s at 20 MB/s": tensor["bytes"] / 20e6})
    charts = [Chart("Seconds of a matrix", "", "s", {
        key: [(at, row[key]) for at, row in enumerate(rows)] for key in ("core s", "card s at 20 MB/s")},
        style=POINTS, log="y", ticks=[f"{row['tensor']} {row['type']}" for row in rows])]
    wq = next(row for row in rows if row["tensor"] == "wq" and row["type"] == "q8_0")
    finds = [Find(f"a multiplication takes more than {MATMUL_MINUTES_PI} minutes on the Pi",
                  f"{wq['core s']:.2f} s from memory, {wq['card s at 20 MB/s']:.2f} s from a card of 20 MB/s "
                  "(4096 x 4096, q8_0)",
                  "its own log has 17 to 22 s, multiplied by 128 by mistake; soft float, no optimization, no caches")]
    return Result("Cycles of a multiply-accumulate, counted over rows as wide as the 7B's, times its rows.",
                  rows, charts, finds)
