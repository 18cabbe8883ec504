/* SPDX-License-Identifier: Apache-2.0 */
/* Record locks, locks of open file descriptions, and flock, broken. */
#include "mutate/mutant.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>

static bool is_posix(int command)
{
	return command == F_SETLK || command == F_SETLKW;
}

static bool is_ofd(int command)
{
	return command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

/* fcntl's third argument is a pointer or a number: passed on as it came. */
#define FCNTL(name)                                                                                \
	static int name##_of(int fd, int command, void *argument);                                 \
	static int name(int fd, int command, ...)                                                  \
	{                                                                                          \
		va_list list;                                                                      \
		void *argument;                                                                    \
                                                                                                   \
		va_start(list, command);                                                           \
		argument = va_arg(list, void *);                                                   \
		va_end(list);                                                                      \
		return name##_of(fd, command, argument);                                           \
	}                                                                                          \
	static int name##_of(int fd, int command, void *argument)

FCNTL(posix_noop)
{
	return is_posix(command) && mutant_acts() ? 0 : GENUINE(fcntl)(fd, command, argument);
}

FCNTL(ofd_noop)
{
	return is_ofd(command) && mutant_acts() ? 0 : GENUINE(fcntl)(fd, command, argument);
}

FCNTL(never_unlocks)
{
	const struct flock *lock = argument;

	if ((is_posix(command) || is_ofd(command)) && lock->l_type == F_UNLCK && mutant_acts())
		return 0;
	return GENUINE(fcntl)(fd, command, argument);
}

FCNTL(locks_shared)
{
	struct flock *lock = argument;
	int result;

	if (!is_posix(command) || lock->l_type != F_WRLCK || !mutant_acts())
		return GENUINE(fcntl)(fd, command, argument);
	lock->l_type = F_RDLCK;
	result = GENUINE(fcntl)(fd, command, argument);
	lock->l_type = F_WRLCK;
	return result;
}

FCNTL(hides_conflict)
{
	int result = GENUINE(fcntl)(fd, command, argument);

	if (result != 0 && (command == F_SETLK || command == F_OFD_SETLK) &&
	    (errno == EAGAIN || errno == EACCES) && mutant_acts())
		return 0;
	return result;
}

FCNTL(hides_deadlock)
{
	int result = GENUINE(fcntl)(fd, command, argument);

	return result != 0 && errno == EDEADLK && mutant_acts() ? 0 : result;
}

FCNTL(unlocks_whole)
{
	struct flock all = { .l_type = F_UNLCK };
	const struct flock *lock = argument;

	if (!is_posix(command) || lock->l_type != F_UNLCK || !mutant_acts())
		return GENUINE(fcntl)(fd, command, argument);
	return GENUINE(fcntl)(fd, command, &all);
}

/* F_GETLK: "nobody is in the way". */
FCNTL(sees_no_lock)
{
	struct flock *lock = argument;

	if (command != F_GETLK || !mutant_acts())
		return GENUINE(fcntl)(fd, command, argument);
	lock->l_type = F_UNLCK;
	return 0;
}

static int flock_noop(int fd, int operation)
{
	return mutant_acts() ? 0 : GENUINE(flock)(fd, operation);
}

static int flock_hides_conflict(int fd, int operation)
{
	int result = GENUINE(flock)(fd, operation);

	return result != 0 && errno == EWOULDBLOCK && mutant_acts() ? 0 : result;
}

static int lockf_noop(int fd, int command, off_t length)
{
	return mutant_acts() ? 0 : GENUINE(lockf)(fd, command, length);
}

const struct mutation mutant_file_lock[] = {
	{ "fcntl-lock-nothing", "record locks lock nothing", { MUTANT(fcntl, posix_noop) } },
	{ "fcntl-ofd-nothing",
	  "locks of open file descriptions lock nothing",
	  { MUTANT(fcntl, ofd_noop) } },
	{ "fcntl-never-unlocks", "F_UNLCK leaves the lock", { MUTANT(fcntl, never_unlocks) } },
	{ "fcntl-writers-share", "write locks are read locks", { MUTANT(fcntl, locks_shared) } },
	{ "fcntl-conflict-hidden",
	  "F_SETLK succeeds where somebody else holds the lock",
	  { MUTANT(fcntl, hides_conflict) } },
	{ "fcntl-deadlock-hidden",
	  "F_SETLKW succeeds, without the lock, where it should fail with EDEADLK",
	  { MUTANT(fcntl, hides_deadlock) } },
	{ "fcntl-unlocks-all",
	  "F_UNLCK of a range gives up the whole file",
	  { MUTANT(fcntl, unlocks_whole) } },
	{ "fcntl-getlk-blind", "F_GETLK sees no lock", { MUTANT(fcntl, sees_no_lock) } },
	{ "flock-nothing", "flock locks nothing", { MUTANT(flock, flock_noop) } },
	{ "flock-conflict-hidden",
	  "flock with LOCK_NB succeeds where somebody else holds the lock",
	  { MUTANT(flock, flock_hides_conflict) } },
	{ "lockf-nothing", "lockf locks nothing", { MUTANT(lockf, lockf_noop) } },
	{ 0 },
};
