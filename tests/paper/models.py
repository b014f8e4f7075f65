"""The models that experiments are about."""
import csv
import io

from lab import OUTPUT, Failure

TYPES = ("f32", "q8_0", "q4_0")
KEYS_AND_VALUES = ("f32", "f16", "q8_0")

# Trained ones, as f32 checkpoints of llama2.c with their tokenizers, outside of the repository.
CHECKPOINTS = {
    "tales-1m": ("model/story.bin", "model/tokenizer.bin"),
    "stories260K": ("data/llama2c/stories260K.bin", "data/llama2c/tok512.bin"),
}
# Of others only the shape is taken, with random weights: bytes and time do not depend on values.
SHAPES = ("stories260k", "stories15m", "stories110m", "tinyllama-1.1b", "llama2-7b")
BOARD_MIB = 496  # what a Pi Zero's core has of its 512 MiB


def model(lab, name, type_, *more, from_checkpoint=False):
    """The .blm file, or None where its checkpoint is missing. The default model's own q8_0 file needs
    none, unless it is asked for."""
    file = f"{name}-{type_}{''.join(more).replace('--', '-')}.blm"
    if name in SHAPES:
        return lab.file(file, "barellama", "synth", "--shape", name, "--type", type_, *more,
                        "-o", OUTPUT)
    if name == "tales-1m" and type_ == "q8_0" and not from_checkpoint:
        return lab.root / "models/tales-1m.blm"
    checkpoint, tokenizer = (lab.shared / path for path in CHECKPOINTS[name])
    if not checkpoint.exists():
        lab.leave_out(f"{name} in {type_}", checkpoint)
        return None
    return lab.file(file, "barellama", "convert", checkpoint, "--tokenizer", tokenizer,
                    "--type", type_, "--verbose", "--csv", *more, "-o", OUTPUT)


def models(lab, names, types=TYPES, from_checkpoints=False):
    """(name, type, file) of those that are there."""
    pairs = [(name, type_) for name in names for type_ in types]
    files = lab.each(lambda pair: model(lab, *pair, from_checkpoint=from_checkpoints), pairs)
    return [(*pair, file) for pair, file in zip(pairs, files) if file is not None]


def trained(lab):
    return ["tales-1m"] if lab.is_miniature else list(CHECKPOINTS)


def pruned(lab, name, type_, file, percent, scope="tensor"):
    """The model with so many zeros in its feed-forward matrices; itself for none. One that there is in f32
    is pruned as that and then quantized: what is small is known better there."""
    if percent == 0:
        return file
    source, words = file, []
    if name in CHECKPOINTS and type_ != "f32" and lab.kept in file.parents:
        source, words = model(lab, name, "f32"), ["--type", type_]
    return lab.file(f"{file.stem}-{scope}-{percent}.blm", "barellama", "prune", source, "--ratio", percent / 100,
                    "--scope", scope, *words, "-o", OUTPUT)


def parsed(text):
    """The rows of comma-separated values, whole numbers as such."""
    return [{key: int(value) if value.isdigit() else value for key, value in row.items()}
            for row in csv.DictReader(io.StringIO(text))]


def tensors(lab, file):
    """The rows of the model's directory, and how many weights each tensor has."""
    rows = parsed(lab.text("barellama", "inspect", file, "--tensors", "--csv"))
    return [{**row, "weights": row["rows"] * row["columns"]} for row in rows]


def plan(lab, file, *words, positions=()):
    words = [*words, *(word for at in positions for word in ("--position", at))]
    return lab.json("barellama", "plan", file, "--json", *words)


def places(lab, file, positions=(), prompts=(), kv="q8_0", context=0, ram_mib=None):
    """Tokens with so many before them, and prompts of so many, on the emulated board."""
    words = [file, "--kv", kv, "--ctx", context, "--json", OUTPUT]
    for option, values in (("--positions", positions), ("--prompts", prompts)):
        if values:
            words += [option, ",".join(map(str, values))]
    if ram_mib is not None:
        words += ["--ram-mib", ram_mib]
    return lab.json("bench", *words)["places"]


def least_ram_mib(lab, file, kv="q8_0", context=0):
    """About as little memory as the model runs in: everything is streamed."""
    words = ["--kv", kv] + (["--ctx", context] if context else [])
    whole = plan(lab, file, *words)
    mib = (whole["kv_bytes"] + whole["state_bytes"] + whole["table_bytes"]) / 2**20
    for _ in range(40):
        mib = round(mib * 1.05 + 0.05, 2)
        if lab.succeeds("barellama", "plan", file, *words, "--ram-mib", mib):
            return mib
    raise Failure(f"{lab.shown(file)} runs in no memory up to {mib} MiB")


def held_out_text(lab):
    """Stories that no model has seen."""
    recipe = lab.root / "models/recipe"
    return lab.file("held-out.txt", "python3", recipe / "gen_corpus.py", "--stories",
                    4 if lab.is_miniature else 40, "--seed", 2, "--out", OUTPUT)


def perplexity(lab, file, kv="f32"):
    return lab.json("barellama", "perplexity", file, "--text", held_out_text(lab), "--kv", kv,
                    "--json")["perplexity"]
