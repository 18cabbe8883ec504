/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign/bench_floor.h"

#include "core/control.h"
#include "exec/gate.h"
#include "os/sys.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

double bench_floor_forks(unsigned rounds, bool with_kill)
{
	uint64_t began_ns = sys_now_ns();
	unsigned i;

	for (i = 0; i < rounds; i++) {
		pid_t first = _Fork(), second;

		if (first == 0)
			(void)sys_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
		second = _Fork();
		if (second == 0) {
			while (with_kill)
				(void)sys_call(SYS_pause, 0, 0, 0, 0, 0, 0);
			(void)sys_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
		}
		/* As ours: what is killed has run until it slept. */
		if (with_kill)
			sys_yield();
		if (with_kill)
			kill(second, SIGKILL);
		waitpid(first, NULL, 0);
		waitpid(second, NULL, 0);
	}
	return (double)(sys_now_ns() - began_ns) / rounds;
}

struct ping {
	uint32_t word[2];
};

static void ping_side(struct ping *ping, unsigned side, unsigned rounds)
{
	unsigned i;

	for (i = 0; i < rounds; i++) {
		while (__atomic_load_n(&ping->word[side], __ATOMIC_ACQUIRE) == 0)
			(void)sys_futex_wait(&ping->word[side], 0, NULL);
		__atomic_store_n(&ping->word[side], 0, __ATOMIC_RELAXED);
		__atomic_store_n(&ping->word[!side], 1, __ATOMIC_RELEASE);
		(void)sys_futex_wake(&ping->word[!side], 1);
	}
}

double bench_floor_futex(unsigned rounds)
{
	struct ping *ping = mmap(NULL, sizeof(*ping), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t began_ns;
	pid_t other;

	if (ping == MAP_FAILED)
		return 0;
	(void)sys_set_priority(0, control->gated ? GATE_RUN
						 : 0); /* both at the same priority from the start:
							  neither can shut the other out */
	other = _Fork();
	if (other == 0) {
		ping_side(ping, 1, rounds);
		(void)sys_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
	}
	began_ns = sys_now_ns();
	ping->word[0] = 1;
	ping_side(ping, 0, rounds);
	waitpid(other, NULL, 0);
	(void)gate_open();
	began_ns = sys_now_ns() - began_ns;
	munmap(ping, sizeof(*ping));
	return (double)began_ns / rounds / 2;
}
