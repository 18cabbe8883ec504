#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sabot run -- PROGRAM: programs that know nothing of Sabot are scheduled, struck and judged, with
# all that they run; what is found replays; and their files are as they were.
source "${SABOT_SOURCE_DIR:?}/ci/tests/expect.sh"

refuses "no program" 2 "sabot: which program? Its command line stands behind --" "$SABOT" run --
refuses "a name that is none" 2 "sabot: ./nobody: No such file or directory" \
	"$SABOT" run -- ./nobody
mkdir -p sub
refuses "a directory" 2 "sabot: ./sub: Permission denied" "$SABOT" run -- ./sub
refuses "both" 2 "sabot: a program behind --, or scenarios before it: one of them" \
	"$SABOT" run lock-order -- true
refuses "too long" 2 "sabot: the command has 608 bytes, and a plan holds 511: put it into a \
script" "$SABOT" run -- true "$(printf 'x%.0s' {1..600})"

# program NAME: C from standard input, as anybody would compile it.
program() {
	cat >"$1.c"
	"${CC:-cc}" -g -pthread -Wall -Wextra -Werror "$1.c" -o "$1" ||
		complain "$1.c does not compile"
}

options=(-j1 --out results)
expect "this machine" 0 "$SABOT" run "${options[@]}" --executions 1 -- true
if grep -q '^SKIP' out; then
	cat out
	exit 77
fi

# Two processes, two mutexes, and two orders.
program orders <<'END'
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static void both(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second); /* line 8 */
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}
int main(void)
{
	pthread_mutex_t *locks = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t shared;

	pthread_mutexattr_init(&shared);
	pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&locks[0], &shared);
	pthread_mutex_init(&locks[1], &shared);
	if (fork() == 0) {
		both(&locks[1], &locks[0]);
		_exit(0);
	}
	both(&locks[0], &locks[1]);
	return wait(NULL) < 0;
}
END
expect "a deadlock" 1 "$SABOT" run "${options[@]}" --report sarif=sarif -- ./orders
matches out '^FAIL +program/orders:no-fault '
matches out '^        deadlock$'
matches out '^          main#0/1 \(orders.c:8\) waits for mutex#0 .*, held by main#0   <- the cycl'
matches out '1\. main#0 is the program orders from now on$'
matches sarif 'orders.c'
plan=$(sed -n 's/^ *replay: .* replay \(.*2\.plan\)$/\1/p' out)
grep -qx 'module -- ./orders' "$plan" || complain "the plan names another program: $(cat "$plan")"
expect "its replay" 1 "$SABOT" replay --times 20 "$plan"
matches out ': 20 of 20 runs took the same steps'
expect "where to attach" 1 "$SABOT" replay --gdb "$plan"
matches out '^  main#0/1 +in pthread_mutex_lock +gdb -p [0-9]+$'
mv orders elsewhere
refuses "a plan whose program is gone" 2 "sabot: ./orders: No such file or directory" \
	"$SABOT" replay "$plan"

# A parent and a child that talk through pipes. The parent keeps the end that the child writes to,
# unless it is told not to: then nobody tells it that the child is dead.
program pipes <<'END'
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int there[2], back[2], status;
	char byte = 'a';

	(void)argv;
	if (pipe(there) || pipe(back))
		return 1;
	if (fork() == 0) {
		close(there[1]);
		close(back[0]);
		while (read(there[0], &byte, 1) == 1)
			if (write(back[1], &byte, 1) != 1)
				return 2;
		return 0;
	}
	close(there[0]);
	if (argc > 1)
		close(back[1]);
	if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) /* line 22 */
		return 3;
	close(there[1]);
	return wait(&status) < 0 || status;
}
END
expect "what is well" 0 "$SABOT" run "${options[@]}" --twice -- ./pipes closes
expect "what stands kills" 0 "$SABOT" run "${options[@]}" --inject kill --report kills=kills -- \
	./pipes closes
matches out '^PASS +program/pipes:no-fault\+kill .* kill points ([0-9]+) of \1$'
matches kills '^SF:.*/pipes.c$'
matches kills '^DA:22,[1-9]'
expect "what does not" 1 "$SABOT" run "${options[@]}" --inject kill -- ./pipes
matches out '^        main#0 waits for pipe#1, whose write end it has open itself$'
matches out 'main#0/1 is killed before '
expect "an error that it does not expect" 0 "$SABOT" run "${options[@]}" --inject errno=EINTR -- \
	./pipes closes

# Compiled with sabot cc, two processes are seen to count at once.
cat >count.c <<'END'
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	int *count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (fork() == 0) {
		++*count; /* line 9 */
		_exit(0);
	}
	++*count; /* line 12 */
	return wait(NULL) < 0;
}
END
"$SABOT" cc -g count.c -o count || complain "sabot cc does not compile count.c"
expect "accesses of memory" 1 "$SABOT" run "${options[@]}" -- ./count
matches out '^        data race$'
matches out ' in main \(count.c:9\)$'
matches out ' in main \(count.c:12\)$'
grep -q 'called by' out && complain "what calls main is no part of the program: $(cat out)"

# What a program maps anew, in place of the one that it was, is other memory.
cat >anew.c <<'END'
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int *own = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc == 1 && fork() == 0) {
		*own = 1;
		_exit(0);
	}
	if (argc == 1)
		return execl(argv[0], argv[0], "again", NULL);
	*own = 2;
	return wait(NULL) < 0;
}
END
"$SABOT" cc -g anew.c -o anew || complain "sabot cc does not compile anew.c"
expect "other memory" 0 "$SABOT" run "${options[@]}" -- ./anew

# What it runs in its turn, in all the ways that there are.
program runs <<'END'
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char *again[] = { argv[0], "child", NULL }, text[16];
	FILE *shell;
	int status;
	pid_t child;

	if (argc > 1)
		return 7;
	if (system("exit 3") != 3 << 8 || !(shell = popen("echo seen", "r")) ||
	    !fgets(text, sizeof(text), shell) || pclose(shell) != 0)
		return 1;
	if (posix_spawn(&child, again[0], NULL, NULL, again, environ) != 0 ||
	    waitpid(child, &status, 0) != child || status != 7 << 8)
		return 2;
	if ((child = vfork()) == 0) {
		execv(again[0], again);
		_exit(127);
	}
	return waitpid(child, &status, 0) != child || status != 7 << 8 ? 3 : 0;
}
END
expect "programs that it runs" 0 "$SABOT" run "${options[@]}" --executions 40 --twice -- ./runs
matches out '^PASS +program/runs:no-fault '

# A thread that runs another program, or the first while there are others: these are no more.
program replaces <<'END'
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char **words;
static void *replace(void *argument)
{
	if (argument)
		execl(words[1], words[1], "closes", NULL);
	pthread_mutex_lock(&lock);
	return NULL;
}
int main(int argc, char **argv)
{
	pthread_t threads[2];
	int status;

	words = argv;
	if (fork() != 0)
		return wait(&status) < 0 || status;
	pthread_mutex_lock(&lock);
	pthread_create(&threads[0], NULL, replace, NULL);
	pthread_create(&threads[1], NULL, replace, argc > 2 ? &lock : NULL);
	if (argc > 2)
		pthread_join(threads[1], NULL);
	usleep(10);
	execl(words[1], words[1], "closes", NULL);
	return 1;
}
END
for how in "" thread; do
	# shellcheck disable=SC2086
	expect "a program that replaces one with threads ($how)" 0 timeout 20 "$SABOT" run \
		"${options[@]}" --executions 60 --twice -- ./replaces ./pipes $how
done

# Without rights: what joins late, and runs when it likes, is waited for all the same.
refuse_namespaces
if "${refused[@]}" true 2>/dev/null; then
	expect "without rights" 0 "${refused[@]}" "$SABOT" run "${options[@]}" --executions 20 \
		--twice -- ./runs
	matches out '^ +no namespaces: .* no overlay of files: what the program'
	expect "a kill without rights" 0 "${refused[@]}" "$SABOT" run "${options[@]}" --quick \
		--inject kill -- ./pipes closes
fi

# A name that is another one each time is no other step.
cat >names.sh <<'END'
#!/bin/sh
read -r name </proc/sys/kernel/random/uuid
echo x >"$name" && rm "$name"
exit 1
END
chmod +x names.sh
expect "new names" 1 "$SABOT" run "${options[@]}" --executions 2 -- ./names.sh
plan=$(sed -n 's/^ *replay: .* replay \(.*plan\)$/\1/p' out)
expect "the replay of new names" 1 "$SABOT" replay "$plan"

# A shell, and what it runs. flock(1) ends, the lock stays with whoever has the descriptor.
if command -v flock >/dev/null; then
	cat >locks.sh <<'END'
#!/bin/sh
(flock 8 && flock 9) 8>a.lock 9>b.lock &
(flock 9 && flock 8) 8>a.lock 9>b.lock &
wait
rm a.lock b.lock
END
	chmod +x locks.sh
	expect "a shell script" 1 "$SABOT" run "${options[@]}" -- ./locks.sh
	matches out '^FAIL +program/locks-sh:no-fault '
	matches out '^          the cycle: main#0/1 -> main#0/2 -> main#0/1$'
	[[ ! -e a.lock && ! -e b.lock ]] || complain "its files are still there: $(ls)"
fi

# It finds its files as they were, however the execution before has ended, and leaves them so.
program files <<'END'
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
	char byte = 0;
	int old = open("old", O_RDWR), fresh = open("new", O_WRONLY | O_CREAT | O_EXCL, 0600);
	int far = open("/tmp/sabot-program-test", O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fresh < 0 || far < 0 || read(old, &byte, 1) != 1 || byte != 'x')
		return 1;
	return pwrite(old, "y", 1, 0) != 1 || unlink("old");
}
END
printf x >old
expect "its files" 0 "$SABOT" run "${options[@]}" --executions 20 -- ./files
[[ $(cat old) == x && ! -e new && ! -e /tmp/sabot-program-test ]] ||
	complain "its files are not as they were: $(ls)"

# Who polls under a lock takes it again before who was woken gets to it: that is the schedule's
# doing, and no livelock.
program polls <<'END'
#include <poll.h>
#include <pthread.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int done;
static void *finish(void *argument)
{
	pthread_mutex_lock(&lock);
	done = 1;
	pthread_mutex_unlock(&lock);
	return argument;
}
int main(void)
{
	pthread_t thread;
	int i, seen = 0;

	pthread_create(&thread, NULL, finish, NULL);
	while (!seen) {
		pthread_mutex_lock(&lock);
		for (i = 0; i < 30; i++)
			(void)poll(NULL, 0, 0);
		seen = done;
		pthread_mutex_unlock(&lock);
	}
	return pthread_join(thread, NULL);
}
END
expect "one who polls under a lock" 0 "$SABOT" run "${options[@]}" --executions 4 --twice -- ./polls

# Nobody else can ask for a lock in the memory of a process that has ended.
program keeps <<'END'
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int main(int argc, char **argv)
{
	(void)argc;
	pthread_mutex_lock(&lock);
	if (!argv[1])
		execl(argv[0], argv[0], "again", NULL);
	return 0;
}
END
expect "a lock that ends with its process" 0 "$SABOT" run "${options[@]}" --executions 4 -- ./keeps

# How it ends.
program ends <<'END'
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "crash"))
		abort(); /* line 6 */
	return 3;
}
END
expect "a status" 1 "$SABOT" run "${options[@]}" -- ./ends
matches out '^        main#0 ended with status 3$'
expect "a crash" 1 "$SABOT" run "${options[@]}" -- ./ends crash
matches out '^        main#0 died of SIGABRT '
matches out 'called by main \(ends.c:6\)$'
if "${CC:-cc}" -static ends.c -o static 2>/dev/null; then
	expect "a program that cannot be looked into" 5 "$SABOT" run "${options[@]}" -- ./static
	matches out '^        the program does not load libsabot: '
fi

verdict "programs that know nothing of Sabot are scheduled, struck and judged"
