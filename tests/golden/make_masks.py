#!/usr/bin/env python3
"""Works the second half of golden.json out, from units to masks and batch, without any of Heddle's code.

Reads the hand-written "english" and "chinese" parts (text to units) and replaces their "masks" and "batch".
Prints the numbers that README.md walks through.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
FINE_SIZE = 28
CLS, SEP, MASK = 2, 3, 4
SPECIALS = 5  # ids 0 .. 4
PROBABILITY, MASK_SHARE, RANDOM_SHARE = 0.4, 0.8, 0.1


def philox(key, counter):
    """Philox4x32-10 (Salmon et al. 2011)."""
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    c0, c1, c2, c3 = counter & 0xFFFFFFFF, counter >> 32, 0, 0
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


class Draws:
    def __init__(self, seed):
        self.seed, self.next, self.log = seed, 0, []

    def bits(self):
        value = philox(self.seed, self.next // 4)[self.next % 4]
        self.next += 1
        return value

    def below(self, n, why):
        value = (self.bits() * n) >> 32
        self.log.append([why, f"below {n}", value])
        return value

    def uniform(self, why):
        value = (self.bits() >> 8) / 2**24
        self.log.append([why, "uniform", round(value, 4)])
        return value


def work_out(example, seed):
    draws = Draws(seed)
    units = example["units"]
    places = list(range(len(units)))
    count = max(1, round(len(units) * PROBABILITY))  # Python rounds half to even, too
    for at in range(count):
        other = at + draws.below(len(units) - at, "unit")
        places[at], places[other] = places[other], places[at]
    masks = []
    for unit in sorted(places[:count]):
        value = draws.uniform(f"unit {unit}: mask, random or keep")
        masks.append([unit, "mask" if value < MASK_SHARE else "random" if value < MASK_SHARE + RANDOM_SHARE else "keep"])
    how = dict(map(tuple, masks))

    fine, fine_units = [CLS], [-1]
    for number, (first, size, _) in enumerate(units):
        fine += [piece[0] for piece in example["fine"][first:first + size]]
        fine_units += [number] * size
    coarse, coarse_units = [CLS] + example["coarse"], [-1] + example["coarse_units"]
    batch = {"tokens": [], "positions": [], "segments": [], "starts": [0], "grain": [0, 1], "units": [],
             "masked_positions": [], "masked_labels": []}
    size_of = [FINE_SIZE, FINE_SIZE + len(example["coarse_words"])]
    for grain, (tokens, numbers) in enumerate([(fine + [SEP], fine_units + [-1]), (coarse + [SEP], coarse_units + [-1])]):
        for at, unit in enumerate(numbers):
            if unit not in how:
                continue
            batch["masked_positions"].append(batch["starts"][-1] + at)
            batch["masked_labels"].append(tokens[at])
            if how[unit] == "mask":
                tokens[at] = MASK
            elif how[unit] == "random":
                tokens[at] = SPECIALS + draws.below(size_of[grain] - SPECIALS, f"{'coarse' if grain else 'fine'} token of unit {unit}")
        batch["tokens"] += tokens
        batch["positions"] += range(len(tokens))
        batch["segments"] += [0] * len(tokens)
        batch["units"] += numbers
        batch["starts"].append(len(batch["tokens"]))
    return {"seed": seed, "units": masks}, batch, draws.log


def main():
    golden = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
    for name, example in golden.items():
        # The first seed that shows all three ways, [MASK] on a unit with a coarse id and a random one of several tokens.
        for seed in range(1, 100000):
            masks, batch, log = work_out(example, seed)
            shown = {how: example["units"][unit] for unit, how in masks["units"]}
            if len(shown) == 3 and shown["mask"][2] is not None and shown["random"][1] > 1:
                break
        example["masks"], example["batch"] = masks, batch
        print(name, masks, *log, *batch.items(), sep="\n  ")
    parts = []
    for name, example in golden.items():
        lines = ",\n".join(f'    "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in example.items())
        parts.append(f'  "{name}": {{\n{lines}\n  }}')
    (HERE / "golden.json").write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
