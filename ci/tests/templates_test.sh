#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The templates of pipelines: they are well-formed, say nothing that ci/setup or ci/local says
# otherwise, and what they tell a user's project to run is run here on one, step by step.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
templates=$SABOT_SOURCE_DIR/ci/templates

# Writes NAME.sh for each template: its commands, one after the other, as its server would run them.
/usr/bin/python3 - "$templates" <<'END'
import os, re, sys

try:
    import yaml
except ImportError:
    sys.exit(77)

top = sys.argv[1]


def text_of(name):
    with open(os.path.join(top, name)) as file:
        return file.read()


def github(name):
    workflow = yaml.safe_load(text_of(name))
    # YAML 1.1 takes "on" for a truth value, GitHub does not.
    assert set(workflow) == {"name", True, "permissions", "jobs"}, workflow.keys()
    for job in workflow["jobs"].values():
        assert {"runs-on", "steps", "timeout-minutes", "container"} <= set(job), job
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step), step
            assert set(step) <= {"name", "run", "uses", "if", "with"}, step
            assert re.fullmatch(r"[\w/-]+@v\d+", step.get("uses", "a/b@v1")), step
            if "run" in step:
                yield step["run"]


def gitlab(name):
    jobs = yaml.safe_load(text_of(name))
    stages = jobs.pop("stages")
    for key, job in jobs.items():
        assert set(job) <= {"stage", "image", "script", "before_script", "artifacts", "extends",
                            "variables", "rules", "parallel"}, job
        assert job.get("extends", ".") in {".", *jobs}, job
        assert job.get("stage", stages[0]) in stages, job
        assert "script" in job or "script" in jobs[job["extends"]], key
        yield from job.get("before_script", []) + job.get("script", [])


def jenkins(name):
    text = re.sub(r"^ *//.*", "", text_of(name), flags=re.M)
    assert re.match(r"\s*pipeline \{", text), text[:100]
    for command in re.findall(r"\bsh '([^'\n]+)'|script: '''(.*?)'''", text, re.S):
        yield "".join(command).replace("\\\\", "\\")
    bare = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"", "", text, flags=re.S)
    depth = 0
    for character in bare:
        depth += (character in "{(") - (character in "})")
        assert depth >= 0, "a bracket too many"
    assert depth == 0, "a bracket is missing"
    for section in ("agent", "stages", "steps", "post"):
        assert re.search(rf"\b{section} \{{", bare), section


def container(name):
    text = re.sub(r"^#.*\n", "", text_of(name), flags=re.M).replace("\\\n", " ")
    lines = text.splitlines()
    assert lines[0] == "FROM debian:12"
    for line in lines:
        word, rest = line.split(None, 1)
        assert word in {"FROM", "ARG", "WORKDIR", "COPY", "RUN"}, line
        if word == "COPY":
            for path in rest.split()[:-1]:
                assert os.path.exists(os.path.join(top, "../..", path)), path
        if word == "RUN":
            yield rest


readers = {"github.yml": github, "gitlab.yml": gitlab, "Jenkinsfile": jenkins,
           "Containerfile": container}
for folder in ("", "project/"):
    for base, reader in readers.items():
        if not os.path.exists(os.path.join(top, folder + base)):
            assert folder + base == "project/Containerfile", base
            continue
        commands = list(reader(folder + base))
        assert commands, base
        with open((folder + base).replace("/", "-") + ".sh", "w") as file:
            for command in commands:
                # What GitHub puts in for an expression is one word.
                file.write(re.sub(r"\$\{\{.*?\}\}", "word", command).rstrip("\n") + "\n")
END
case $? in
0) ;;
77)
	echo "needs python3-yaml"
	exit 77
	;;
*) complain "a template is not well-formed" ;;
esac

for script in *.sh; do
	if command -v shellcheck >/dev/null; then
		# SC2086: an empty $SETUP is to vanish.
		shellcheck --shell bash --exclude SC2086 "$script" || complain "$script"
	fi
	bash -n "$script" || complain "$script"
done

# ---- Whatever is named is there ----

# Programs of the project.
grep -ohE '(^|[ ;&])ci/[a-z]+' ./*.sh | tr -d ' ;&' | sort -u >named
while read -r program; do
	[[ -x $SABOT_SOURCE_DIR/$program ]] || complain "the templates run $program"
done <named
grep -qx ci/local named || complain "the templates of the project do not run ci/local"
# Packages only where ci/setup cannot be had yet.
if grep -hE 'apt(-get)? .*install' ./*.sh | grep -v 'recommends git ca-certificates$'; then
	complain "a template names packages, which is for ci/setup to do"
fi
# Stages of ci/local, and all of them.
"$SABOT_SOURCE_DIR/ci/local" nosuch 2>err
sed 's/.*there are //' err | tr ' ' '\n' | grep -vx setup | sort >stages
for name in github gitlab; do
	grep -ohE '(stage|STAGE): \[.*\]' "$templates/project/$name.yml" |
		sed 's/.*\[//; s/\]//; s/,//g' | tr ' ' '\n' | sort >named
	cmp -s stages named || complain "$name runs the stages $(tr '\n' ' ' <named)"
done
# What ci/local itself calls.
for program in setup tidy test coverage; do
	[[ -x $SABOT_SOURCE_DIR/ci/$program ]] || complain "ci/local runs ci/$program"
done
cmake --list-presets -S "$SABOT_SOURCE_DIR" >out 2>err || complain "presets"
matches out '"release"'

# ---- What a user's project runs ----

mkdir bin
ln -s "$SABOT" bin/sabot
"$SABOT" new mine >out || complain "sabot new"
for name in github.yml gitlab.yml Jenkinsfile; do
	mkdir -p "project of $name/scenarios"
	cp mine.c "project of $name/scenarios/"
	(cd "project of $name" && PATH=$temp/bin:$PATH PROFILE=--quick bash -e "../$name.sh") \
		>out 2>err </dev/null ||
		complain "the steps of $name: $(cat out err)"
	for report in report.txt report.sarif; do
		[[ -s "project of $name/sabot-out/$report" ]] || complain "$name leaves no $report"
	done
	grep -ohE 'sabot-out/[a-z]+\.[a-z]+' "$templates/$name" | sort -u >named
	while read -r report; do
		[[ -s "project of $name/$report" ]] || complain "$name takes $report, which lacks"
	done <named
done

verdict "the templates run what is there"
