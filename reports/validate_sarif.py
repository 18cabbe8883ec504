#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads SARIF from standard input: 0 if it is valid, 1 if not, 77 without python3-jsonschema.

By the schema beside this script, and by the rules of SARIF 2.1.0 that no schema can express.
"""

import json
import os
import re
import sys

try:
    import jsonschema
except ImportError:
    print("the Python module jsonschema is missing", file=sys.stderr)
    sys.exit(77)


def once(pairs):
    """A JSON object whose keys must differ, as SARIF demands."""
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key comes twice in {keys}")
    return dict(pairs)


def messages(node):
    """The text of each message object in the document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, dict) and set(value) == {"text"}:
                yield value["text"]
            if key != "properties":
                yield from messages(value)
    elif isinstance(node, list):
        for value in node:
            yield from messages(value)


def flow_wrong(flow):
    orders = [place["executionOrder"] for thread in flow["threadFlows"]
              for place in thread["locations"]]
    if len(set(orders)) != len(orders):
        yield "two steps at once"
    names = [thread["id"] for thread in flow["threadFlows"]]
    if len(set(names)) != len(names):
        yield "two thread flows of one process"
    for thread in flow["threadFlows"]:
        own = [place["executionOrder"] for place in thread["locations"]]
        if own != sorted(own):
            yield f"the steps of {thread['id']} are out of order"


def run_wrong(run):
    rules = run["tool"]["driver"]["rules"]
    if len({rule["id"] for rule in rules}) != len(rules):
        yield "two rules of one id"
    for result in run["results"]:
        index = result["ruleIndex"]
        if index >= len(rules) or rules[index]["id"] != result["ruleId"]:
            yield f"the rule of index {index} is not {result['ruleId']}"
        for flow in result.get("codeFlows", []):
            yield from flow_wrong(flow)
    based = re.findall(r'"uriBaseId": "(.*?)"', json.dumps(run))
    for name in set(based) - set(run.get("originalUriBaseIds", {})):
        yield f"{name} is not defined"
    for text in messages(run):
        if re.search(r"[{}]", re.sub(r"\{\{|\}\}", "", text)):
            yield f"a brace that is not doubled: {text}"
        if re.search(r"\[.*\]\(", text):
            yield f"an embedded link: {text}"


def main():
    with open(os.path.join(os.path.dirname(__file__), "sarif.schema.json")) as file:
        schema = json.load(file)
    wrong = []
    try:
        document = json.loads(sys.stdin.buffer.read().decode("utf-8"), object_pairs_hook=once)
        jsonschema.Draft7Validator.check_schema(schema)
        for error in jsonschema.Draft7Validator(schema).iter_errors(document):
            wrong.append(f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
        if not wrong:
            wrong.extend(run_wrong(document["runs"][0]))
    except ValueError as error:
        wrong.append(str(error))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
