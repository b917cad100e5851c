#!/usr/bin/env python3
"""Runs two commands in turn, A B A B ..., and compares the seconds that each reports, pair by pair.

    pair.py [--rounds 5] 'build/release/step_bench mini' 'python transformers_step.py bert mini --masked-head'

Each command prints a JSON line with "seconds". On a machine whose speed drifts, the ratio of neighbours is what holds.
"""
import argparse
import json
import shlex
import statistics
import subprocess


def seconds(command):
    output = subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout
    lines = [line for line in output.splitlines() if line.startswith("{")]
    return json.loads(lines[-1])["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pairs = [(seconds(options.a), seconds(options.b)) for _ in range(options.rounds)]
    a, b = zip(*pairs)
    ratios = [y / x for x, y in pairs]
    print(f"A {statistics.median(a):.4f} s   B {statistics.median(b):.4f} s   "
          f"B/A median {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
