#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One run with findings of many kinds, written in every format at once: each is accepted by a
# program that is not ours, they tell of the same cases, and places lead to the source.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
reports=$SABOT_SOURCE_DIR/reports

mkdir "the project"
cd "the project" || exit 1
cp "$SABOT_SOURCE_DIR/ci/tests/failures.c" .
compile failures.c failures.so -std=gnu17 -L"${LIBSABOT:?}" -lsabot -pthread

formats=(text jsonl junit gitlab sarif tap)
options=()
for format in "${formats[@]}"; do
	options+=(--report "$format=out/report.$format")
done
expect "findings in every format" 1 "$SABOT" run ./failures.so \
	pthread-shared/lock-order:opposite-order ticket-lock:relaxed-leave \
	-j1 --raw --quick --out out "${options[@]}"
for format in "${formats[@]}"; do
	[[ -s out/report.$format ]] || complain "no report in $format"
	iconv -f UTF-8 -t UTF-8 "out/report.$format" >/dev/null || complain "$format is no UTF-8"
	LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "out/report.$format" &&
		complain "controls in $format"
done

# accepted FORMAT PACKAGE COMMAND...: it reads the report of the format.
accepted() {
	local format=$1 package=$2 status=0
	shift 2
	"$@" <"out/report.$format" >"$temp/log" 2>&1 || status=$?
	case $status in
	0) ;;
	77 | 127) echo "not validated: $format needs $package" ;;
	*) complain "$format is refused: $(cat "$temp/log")" ;;
	esac
}

accepted junit libxml2-utils xmllint --noout --schema "$reports/junit.xsd" -
accepted gitlab libxml2-utils xmllint --noout --schema "$reports/gitlab.xsd" -
accepted sarif python3-jsonschema /usr/bin/python3 "$reports/validate_sarif.py"
accepted tap python3-tap /usr/bin/python3 "$reports/validate_tap.py"
accepted jsonl jq jq --exit-status --slurp '.[0].record == 1 and .[-1].type == "summary"'
accepted sarif jq jq --exit-status '.version == "2.1.0"'

python3 - "$PWD" <<'END' || complain "the reports do not agree"
import json, os, re, sys, xml.etree.ElementTree as xml

lines = [json.loads(line) for line in open("out/report.jsonl")]
cases = [line for line in lines if line["type"] == "case"]
run = json.load(open("out/report.sarif"))["runs"][0]
names = {f"{case['scenario']}:{case['case']}" for case in cases}
failed = [case for case in cases if case["verdict"] == "FAIL"]
findings = [found for case in cases if case["verdict"] != "PASS" for found in case["findings"]
            if found["kind"] != "broken"]

# The same cases everywhere, and as many outcomes.
junit, gitlab = (xml.parse(f"out/report.{name}").getroot() for name in ("junit", "gitlab"))
assert {f"{case.get('classname')}:{case.get('name')}" for case in gitlab.iter("testcase")} == names
assert {f"{case.get('classname').replace('.', '/', 1)}:{case.get('name')}"
        for case in junit.iter("testcase")} == names
tap = open("out/report.tap").read()
assert set(re.findall(r"^(?:not )?ok \d+ - (\S+)", tap, re.M)) == names
assert len(junit.findall(".//failure")) == len(gitlab.findall(".//failure")) == len(failed)
assert len(run["results"]) == len(findings), (len(run["results"]), len(findings))
kinds = {result["ruleId"] for result in run["results"]}
assert kinds >= {"deadlock", "data-race", "leak", "crash", "livelock", "invariant"}, kinds

# Places lead to the source: in the project, or where Sabot was built.
base = run["originalUriBaseIds"]["SRCROOT"]["uri"]
assert base == "file://" + sys.argv[1].replace(" ", "%20") + "/", base
for result in run["results"]:
    where = result["locations"][0]["physicalLocation"]
    if result["properties"]["scenario"].startswith("failures/"):
        places = ["failures.c"]
        if result["ruleId"] == "leak":
            places.append(result["properties"]["plan"])  # no step tells of a place
        assert where["artifactLocation"]["uriBaseId"] == "SRCROOT", result
        assert where["artifactLocation"]["uri"] in places, result
        assert os.path.exists(where["artifactLocation"]["uri"])
    else:
        assert where["artifactLocation"]["uri"].startswith("file:///"), where
        assert os.path.exists(where["artifactLocation"]["uri"][7:])
for kind in ("deadlock", "data-race"):
    result, = [result for result in run["results"] if result["ruleId"] == kind
               and not result["properties"]["scenario"].startswith("failures/")][:1]
    flows = result["codeFlows"][0]["threadFlows"]
    assert len(flows) >= 2, result
    assert all("region" in place["location"]["physicalLocation"] for flow in flows
               for place in flow["locations"])
assert any("stacks" in result for result in run["results"] if result["ruleId"] == "crash")
race, *_ = [result for result in run["results"] if result["ruleId"] == "data-race"]
assert len(race["relatedLocations"]) == len(race["stacks"]) == 2, race

# Attachments are there, and links name files of the project.
for case in gitlab.iter("testcase"):
    if case.get("classname").startswith("failures/") and case.get("file"):
        assert case.get("file") == "failures.c"
    for path in re.findall(r"\[\[ATTACHMENT\|(.+?)\]\]", case.findtext("system-out") or ""):
        assert os.path.exists(path), path
assert gitlab.findall(".//system-out")
END
verdict "every format is what its readers take"
