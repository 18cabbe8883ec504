/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server reads requests from a pipe into memory of its own, keeps what it has read until it is
 * answered, and drops a request whose read or answer fails: whatever was allocated on the way to an
 * error has to be freed on the way out.
 *
 * Shows: the error paths that nobody takes by hand. Each read(2) and write(2) is interrupted
 * (EINTR) or fails, and each allocation fails (ENOMEM, malloc(3)), once and from then on; the
 * server is killed at each point, when all that it has must still be reachable. That is found with
 * --leaks=valgrind or --leaks=lsan; without, that each request is answered or refused. Does not
 * show: memory that is kept for ever and still reachable.
 */
#include "served.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shared {
	struct served served;
	int requests[2], answers[2]; /* pipes */
};

struct variant {
	bool forgets_text; /* an error in reading forgets what was read into */
	bool forgets_head; /* an allocation that fails forgets the one before it */
};

/* What the server has in hand: two blocks for each. */
struct request {
	char *text;
};

static const struct variant good;
static const struct variant forgets_text = { .forgets_text = true };
static const struct variant forgets_head = { .forgets_head = true };

static void setup(struct sabot_env *env)
{
	struct shared *shared = sabot_env_shared(env);
	char request[BYTES] = "request";
	int i;

	SABOT_OK(pipe(shared->requests));
	SABOT_OK(pipe(shared->answers));
	for (i = 0; i < REQUESTS; i++)
		SABOT_OK(write(shared->requests[1], request, sizeof(request)));
}

static struct request *new_request(const struct variant *variant)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->text = malloc(BYTES);
	if (request->text)
		return request;
	if (!variant->forgets_head)
		free(request);
	return NULL;
}

static void end_request(struct request *request)
{
	free(request->text);
	free(request);
}

/* A request, or NULL if there is no memory for it or it cannot be read. */
static struct request *take_request(struct shared *shared, const struct variant *variant)
{
	struct request *request = new_request(variant);

	if (!request)
		return NULL;
	if (read(shared->requests[0], request->text, BYTES) > 0)
		return request;
	if (variant->forgets_text)
		free(request);
	else
		end_request(request);
	return NULL;
}

static bool answer(struct shared *shared, const struct request *request)
{
	char *text = strdup(request->text);
	bool done = text && write(shared->answers[1], text, strlen(text) + 1) > 0;

	free(text);
	return done;
}

static void serve(struct sabot_task *task)
{
	const struct variant *variant = sabot_variant(task);
	struct shared *shared = sabot_shared(task);
	int i;

	for (i = 0; i < REQUESTS; i++) {
		struct request *request = take_request(shared, variant);
		bool done = request && answer(shared, request);

		if (request)
			end_request(request);
		served_note(&shared->served, done);
	}
}

static const struct sabot_role roles[] = { { "server", 1, serve }, { 0 } };

static const struct sabot_invariant invariants[] = {
	{ "each request is answered or refused", SABOT_AT_END, served_each },
	{ 0 },
};

static const struct sabot_case cases[] = {
	{ .name = "no-fault", .variant = &good },
	{ .name = "errno-anywhere", .variant = &good, .fault = { .kind = SABOT_ERRNO } },
	{ .name = "no-memory", .variant = &good, .fault = { .kind = SABOT_ALLOC } },
	{ .name = "kill-anywhere", .variant = &good, .fault = { .kind = SABOT_KILL } },
	{ .name = "forgets-what-it-read-into",
	  .variant = &forgets_text,
	  .fault = { .kind = SABOT_ERRNO, .error = EINTR },
	  .caught_by = "memory leak" },
	{ .name = "forgets-the-head",
	  .variant = &forgets_head,
	  .fault = { .kind = SABOT_ALLOC },
	  .caught_by = "memory leak" },
	{ 0 },
};

const struct sabot_scenario heap_leak = {
	.name = "heap-leak",
	.group = "memory",
	.about = "error paths give back the memory that they have",
	.tags = "leak",
	.shared_size = sizeof(struct shared),
	.setup = setup,
	.roles = roles,
	.invariants = invariants,
	.cases = cases,
};
