/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers have a log mapped, and a trimmer cuts it off: first it says in the log how long that is
 * from now on, then it truncates the object.
 *
 * Shows: a mapping does not keep what it maps. Who touches pages behind the new end dies of SIGBUS
 * (mmap(2)), so the length is read anew under each lock, and is never more than there is, even if
 * the trimmer dies between its two steps. That is found as what it is: which part, who took it
 * away, and where. Seen in the wild with SQLite's -shm file, which a backup truncated after a
 * stray close() had dropped the lock that kept it away; the users died of SIGBUS, night after
 * night. Does not show: pages that are left and were written by the dead (mmap-file).
 */
#include "object.h"

#include <sys/file.h>

enum { PAGE = 4096, PAGES = 2, FIRST = 100, LOOKS = 2 };

#define NAME "/log"
#define SIZE (PAGES * sizeof(struct log))

struct log {
	unsigned pages; /* of which the readers may read: no more than there are */
	unsigned word;
	char rest[PAGE - 2 * sizeof(unsigned)];
};

struct variant {
	bool cuts_first, no_lock, unmaps_early;
};

static const struct variant good;
static const struct variant cuts_first = { .cuts_first = true };
static const struct variant no_lock = { .no_lock = true };
static const struct variant unmaps_early = { .unmaps_early = true };

static void setup(struct sabot_env *env)
{
	struct log *log = object_map_once(object_make(NAME, SIZE), SIZE);
	int i;

	(void)env;
	log->pages = PAGES;
	for (i = 0; i < PAGES; i++)
		log[i].word = FIRST + (unsigned)i;
	SABOT_OK(munmap(log, SIZE));
}

static void read_log(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = object_open(NAME), look;
	struct log *log = object_map(fd, SIZE);
	unsigned i;

	for (look = 0; look < LOOKS; look++) {
		SABOT_OK(flock(fd, LOCK_SH));
		for (i = 0; i < log->pages; i++)
			sabot_assert(task, log[i].word == FIRST + i, "page %u has %u", i,
				     log[i].word);
		SABOT_OK(flock(fd, LOCK_UN));
		if (variant->unmaps_early)
			SABOT_OK(munmap(log, SIZE));
	}
	if (!variant->unmaps_early)
		SABOT_OK(munmap(log, SIZE));
	SABOT_OK(close(fd));
}

static void trim(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	int fd = object_open(NAME);
	struct log *log = object_map(fd, SIZE);

	if (!variant->no_lock)
		SABOT_OK(flock(fd, LOCK_EX));
	if (variant->cuts_first || variant->no_lock)
		SABOT_OK(ftruncate(fd, sizeof(*log)));
	if (!variant->no_lock)
		log->pages = 1;
	if (!variant->cuts_first)
		SABOT_OK(ftruncate(fd, sizeof(*log)));
	SABOT_OK(close(fd)); /* and the lock with it */
	SABOT_OK(munmap(log, SIZE));
}

static const struct sabot_role roles[] = { { "reader", 2, read_log },
					   { "trimmer", 1, trim },
					   { 0 } };

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "cut-first",
	  .variant = &cuts_first,
	  .fault = { SABOT_KILL, .role = "trimmer" },
	  .caught_by = "use after unmap" },
	{ .name = "no-lock", .variant = &no_lock, .caught_by = "use after unmap" },
	{ .name = "unmapped-early",
	  .variant = &unmaps_early,
	  .caught_by = "use after unmap",
	  .about = "who reads it has unmapped it itself" },
	{ .name = "platform",
	  .variant = &no_lock,
	  .characterises = "a shared memory object is truncated under who has it mapped",
	  .known =
		  (const char *const[]){
			  "reader reads log+0x1004, which trimmer#0 had taken away by ftruncate",
			  NULL } },
	{ 0 },
};

const struct sabot_scenario map_truncate = {
	.name = "map-truncate",
	.group = "shared-memory",
	.about = "a mapped object is truncated: who comes behind its end dies of SIGBUS",
	.tags = "crash recovery file-locks platform",
	.roles = roles,
	.cases = cases,
	.setup = setup,
	.keeps_no_state = true,
};
