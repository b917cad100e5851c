#!/usr/bin/env python3
"""Seconds of the processor that jieba takes for the lines of a file, in its usual mode, as JSON: for pair.py."""
import json
import logging
import sys
import time

import jieba

jieba.setLogLevel(logging.ERROR)
jieba.initialize()
with open(sys.argv[1], encoding="utf-8") as file:
    lines = file.read().split("\n")
start = time.process_time()
units = sum(len(jieba.lcut(line)) for line in lines)
print(json.dumps({"seconds": time.process_time() - start, "units": units}))
