"""Time over the position."""
from charts import Chart
from experiment import Find, Result, experiment
from models import KEYS_AND_VALUES, models, places, plan


def eight(most):
    """Positions from 1 to the last but one of a context: the last one is only written."""
    return [max(1, round(i * (most - 2) / 7)) for i in range(8)]


@experiment("positions", "Time over the position", "figure 7, section 5.2")
def positions(lab):
    jobs = [("tales-1m", "q8_0", 64 if lab.is_miniature else 512, kv)
            for kv in (KEYS_AND_VALUES[-1:] if lab.is_miniature else KEYS_AND_VALUES)]
    if not lab.is_miniature:
        jobs += [("stories15m", "q4_0", 256, "q8_0")]
    files = {(name, type_): file for job in jobs for name, type_, file in models(lab, [job[0]], (job[1],))}

    def measure(job):
        name, type_, context, kv = job
        file, at = files[name, type_], lab.samples(eight(context))
        planned = plan(lab, file, "--ctx", context, "--kv", kv, positions=at)["tokens"]
        return list(zip(places(lab, file, at, context=context, kv=kv), planned))
    rows = []
    for (name, type_, _, kv), pairs in zip(jobs, lab.each(measure, jobs)):
        for place, planned in pairs:
            attention = sum(scope["cycles"] for scope in place["scopes"] if scope["operation"] == "attention")
            rows.append({"model": name, "type": type_, "kv": kv, "position": place["tokens"],
                         "ms": place["cycles"] / 1e6, "attention ms": attention / 1e6,
                         "all else ms": (place["cycles"] - attention) / 1e6,
                         "planned ms": 1e3 * planned["total_s"],
                         "attention MACs": place["attention_macs"]})
    charts, growths = [], []
    for name, type_, _, kv in jobs:
        own = [row for row in rows if (row["model"], row["type"], row["kv"]) == (name, type_, kv)]
        charts.append(Chart(f"{name} in {type_}, kv {kv}", "position", "ms per token", {
            line: [(row["position"], row[key]) for row in own]
            for line, key in (("a token", "ms"), ("attention", "attention ms"), ("all else", "all else ms"),
                              ("planned", "planned ms"))}))
        others = [row["all else ms"] for row in own]
        growths.append((own[-1]["ms"] / own[0]["ms"] - 1, max(others) / min(others) - 1,
                        f"{name}, kv {kv}", own[-1]["position"]))
    whole, rest, which, last = growths[-1]
    finds = [Find("a segmented token takes 3.1e9 cycles per layer at first, 3.4 to 5.5e9 later; cause \"uncertain\"",
                  f"{100 * whole:.0f} % more at position {last} than at 1, of which all but attention grows "
                  f"by {100 * rest:.1f} % ({which})",
                  "theirs is the laptop's paging, erratic and not growing: attention is 0.4 % of the 7B's work "
                  "at position 92")]
    text = ("Eight positions each, a prompt of as many tokens before them. Attention looks back at all "
            "positions; nothing else knows of them.")
    return Result(text, rows, charts, finds)
