#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot mutate: the table in the docs, what is caught and what is not, and its words and exit codes.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"
docs=$SABOT_SOURCE_DIR/docs/mutations.md

# ---- The docs ----

expect "all mutations" 0 "$SABOT" mutate --list
sed -nE 's/^\| ([a-z0-9-]+) \| ([^|]+) \| .*/\1|\2/p' "$docs" | sed '/^mutation|/d; /^-/d' |
	awk -F'|' '{ printf "%-30s  %s\n", $1, $2 }' >documented
diff out documented >differ ||
	complain "docs/mutations.md has another table than --list: $(cat differ)"
count=$(wc -l <out)
((count >= 100)) || complain "only $count mutations"
[[ $(cut -d' ' -f1 out | sort | uniq -d) == "" ]] || complain "a name stands there twice"
grep -q "$count of $count are caught" "$docs" || complain "the docs do not say what $count score"

# A scenario that the docs name, and that is no more, cannot have caught anything.
"$SABOT" list --json >listed
python3 - listed "$docs" <<'END' || complain "the docs name cases that are not there"
import json, re, sys
cases = {f'{s["scenario"]}:{c["case"]}' for s in map(json.loads, open(sys.argv[1]))
         for c in s["cases"] if c["kind"] in ("plain", "sweep")}
table = open(sys.argv[2]).read().split("## The table", 1)[1]
rows = [line for line in table.splitlines(True) if re.match(r"\| [a-z]", line)][1:]
named = [re.search(r"([a-z0-9-]+/[a-z0-9-]+:[a-z0-9-]+)", row) for row in rows]
gone = [row for row, case in zip(rows, named) if not case or case[1] not in cases]
print("".join(gone), end="")
sys.exit(bool(gone))
END

# ---- What is caught ----

expect "no undo" 0 "$SABOT" mutate -m semop-no-undo sysv-sem/ -j 1
matches out '^caught +semop-no-undo +sysv-sem/'
expect "no undo, all who noticed" 0 "$SABOT" mutate -v -m semop-no-undo sysv-sem/ -j 1
matches out '^ +sysv-sem/semundo-crash:kill-anywhere, '
matches out '^1 of 1 mutations caught$'
expect "no undo, for programs" 0 "$SABOT" mutate --json -m semop-no-undo semundo-crash -j 1
python3 - out <<'END' || complain "mutate --json is not as documented: $(cat out)"
import json, sys
result, = map(json.loads, open(sys.argv[1]))
assert result["mutation"] == "semop-no-undo" and result["about"] == "SEM_UNDO is ignored"
assert result["caught"] is True and result["answered"] > 0 and result["executions"] > 0
assert {catch["scenario"] for catch in result["by"]} == {"sysv-sem/semundo-crash"}
assert all(c["oracle"] and c["message"] and c["kind"] != "broken" for c in result["by"])
END
expect "two mutations" 0 "$SABOT" mutate -m semop-nothing -m semop-no-undo semundo-crash -j 1
matches out '^2 of 2 mutations caught$'

# ---- What is not ----

# A post that nobody waits for, and none of whose effects anybody looks at.
cat >blind.c <<'END'
#include <sabot/sabot.h>
#include <sys/sem.h>

struct shared { int set; };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);

	shared->set = SABOT_OK(semget(IPC_PRIVATE, 1, 0600));
}

static void post(struct sabot_task *task)
{
	const struct shared *shared = sabot_shared(task);

	SABOT_OK(semop(shared->set, &(struct sembuf){ 0, +1, 0 }, 1));
}

static const struct sabot_role roles[] = { { "poster", 2, post }, { 0 } };
static const struct sabot_case cases[] = { { .name = "only" }, { 0 } };
static const struct sabot_scenario blind = {
	.name = "blind", .group = "own", .about = "looks at nothing", .setup = setup,
	.shared_size = sizeof(struct shared), .roles = roles, .cases = cases };
SABOT_MODULE(&blind);
END
compile blind.c blind.so
expect "a survivor" 1 "$SABOT" mutate -m semop-nothing ./blind.so -j 1
matches out '^SURVIVED +semop-nothing$'
matches out '^ +semop returns at once, and has done nothing; [1-9][0-9]* calls answered in '
matches out '^0 of 1 mutations caught$'
expect "one that nobody calls" 1 "$SABOT" mutate -m flock-nothing ./blind.so -j 1
matches out '^unused +flock-nothing$'
expect "a survivor, for programs" 1 "$SABOT" mutate --json -m semop-nothing ./blind.so -j 1
matches out '"caught": false, .*"by": \[\]'

# ---- What is refused ----

expect "an unknown mutation" 2 "$SABOT" mutate -m semop-everything
matches err 'there is no mutation "semop-everything" \(--list names them\)$'
refuses "twins alone" 4 "sabot: no case that is selected is a correct one" \
	"$SABOT" mutate semundo-crash:without-undo

verdict "mutations are listed, caught and missed as they should be"
