#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads TAP from standard input: 0 if it is valid version 14, 1 if not, 77 without a parser.

The parser is that of python3-tap, with python3-yaml for the diagnostics.
"""

import io
import sys

try:
    import more_itertools
    import yaml
    from tap.parser import Parser
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)


def wrong(text):
    lines = list(Parser().parse(io.StringIO(text)))
    version, plan = lines[0], [line for line in lines if line.category == "plan"]
    tests = [line for line in lines if line.category == "test"]
    if version.category != "version" or version.version != 14:
        yield "it is not of version 14"
    if len(plan) != 1:
        yield "there is not one plan"
    elif plan[0].expected_tests != len(tests):
        yield f"{plan[0].expected_tests} tests are planned, {len(tests)} are there"
    if [test.number for test in tests] != list(range(1, len(tests) + 1)):
        yield "the numbers are out of order"
    for test in tests:
        block = test.yaml_block
        if not isinstance(block, dict) or not isinstance(block.get("verdict"), str):
            yield f"{test.number}: no diagnostics"
            continue
        if test.ok != (block["verdict"] in ("PASS", "SKIP")):
            yield f"{test.number}: {block['verdict']} is not what it says"
        if test.skip != (block["verdict"] == "SKIP"):
            yield f"{test.number}: {block['verdict']} and SKIP"
        if not block["seed"].isdigit() or not isinstance(block["executions"], int):
            yield f"{test.number}: no figures"
        for finding in block.get("findings", []):
            if not isinstance(finding["kind"], str):
                yield f"{test.number}: a finding of no kind"
            if not all(isinstance(line, str) for line in finding.get("story", [])):
                yield f"{test.number}: a story that is no list of lines"
    for line in lines:
        if line.category == "unknown":
            yield f"a line that is nothing: {line}"


def main():
    try:
        found = list(wrong(sys.stdin.buffer.read().decode("utf-8")))
    except (ValueError, KeyError, IndexError, yaml.YAMLError) as error:
        found = [repr(error)]
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


assert more_itertools
sys.exit(main())
