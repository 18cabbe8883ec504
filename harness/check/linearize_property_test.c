/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random histories. What really happened, with every overlap and some deaths, is always accepted;
 * what was changed afterwards is judged as by the checker that tries all orders; what is shortened
 * is as small as it says, and nothing that was left out could mend it.
 */
#include "check/linearize_shorten.h"
#include "check/linearize_test.h"

#include <stdio.h>
#include <sys/resource.h>

enum { TASKS = 4, SMALL = 7 };

static struct script script;
static struct random source;
static unsigned char parts[SCRIPT_MAX];

static unsigned below(unsigned bound)
{
	return (unsigned)random_below(&source, bound);
}

/* ---- What really happens ------------------------------------------------------------------- */

static const struct {
	const struct sabot_specification *specification;
	int operations[4];
} kinds[] = {
	{ &sabot_register, { SABOT_READ, SABOT_WRITE, SABOT_EXCHANGE, SABOT_COMPARE_AND_SET } },
	{ &sabot_counter, { SABOT_READ, SABOT_ADD, SABOT_ADD, SABOT_ADD } },
	{ &sabot_fifo_queue, { SABOT_ENQUEUE, SABOT_ENQUEUE, SABOT_DEQUEUE, SABOT_DEQUEUE } },
	{ &sabot_stack, { SABOT_PUSH, SABOT_PUSH, SABOT_POP, SABOT_POP } },
	{ &sabot_set, { SABOT_INSERT, SABOT_INSERT, SABOT_REMOVE, SABOT_CONTAINS } },
	{ &sabot_lock, { SABOT_LOCK, SABOT_TRYLOCK, SABOT_LOCK, SABOT_LOCK } },
	{ &sabot_key_value, { SABOT_PUT, SABOT_PUT, SABOT_GET, SABOT_REMOVE } },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* A task of the simulation: it calls, then its operation takes effect, then it returns. */
struct actor {
	unsigned number; /* a new one for who takes a dead one's place */
	uint32_t at;
	bool called, done, owns;
	int64_t result;
};

struct play {
	struct model model;
	struct actor actors[TASKS];
	unsigned kind, numbers, deaths;
	uint32_t size;
	bool names; /* each item is put in once, as scenarios do it */
};

static void begin(struct play *play, struct actor *actor)
{
	int what = kinds[play->kind].operations[below(4)];
	int64_t argument = below(3);

	if (kinds[play->kind].specification == &sabot_lock && actor->owns)
		what = SABOT_UNLOCK;
	if (play->names && (what == SABOT_ENQUEUE || what == SABOT_PUSH))
		argument = script.history.count + 1;
	actor->at = script_call(&script, actor->number, what, argument, below(3));
	actor->called = true;
	actor->done = false;
}

static void take_effect(struct play *play, struct actor *actor)
{
	const struct sabot_operation *told = &script.operations[actor->at].told;

	if (told->what == SABOT_LOCK && play->model.owner >= 0)
		return; /* it waits */
	actor->result = model_do(&play->model, told);
	actor->owns = play->model.owner == (int)actor->number;
	actor->done = true;
}

static void kill_actor(struct play *play, struct actor *actor)
{
	if (kinds[play->kind].specification->deaths && script.history.count < play->size)
		script_call(&script, actor->number, SABOT_DEATH, 0, 0);
	else if (kinds[play->kind].specification->deaths)
		return;
	if (play->model.owner == (int)actor->number)
		play->model.owner = -2;
	*actor = (struct actor){ .number = play->numbers++ };
	play->deaths--;
}

static void act(struct play *play)
{
	struct actor *actor = &play->actors[below(TASKS)];
	/* Who takes an item out is told which; the killed are not. */
	bool told = kinds[play->kind].specification->item || below(20);

	if (play->deaths && below(10) == 0) {
		kill_actor(play, actor);
	} else if (!actor->called) {
		if (script.history.count < play->size)
			begin(play, actor);
	} else if (!actor->done) {
		take_effect(play, actor);
	} else {
		script_return(&script, actor->at, told ? actor->result : SABOT_UNKNOWN);
		actor->called = false;
	}
}

/* Fills the script with so many operations of one kind of object. */
static void perform(unsigned kind, uint32_t size, unsigned deaths, bool names)
{
	static struct play play;
	uint32_t steps;

	memset(&play, 0, sizeof(play));
	play.kind = kind;
	play.size = size;
	play.deaths = deaths;
	play.names = names;
	play.model.owner = -1;
	play.model.capacity = below(2) ? 3 : 0;
	play.model.value = play.model.capacity;
	for (play.numbers = 0; play.numbers < TASKS; play.numbers++)
		play.actors[play.numbers].number = play.numbers;
	script_open(&script, kinds[kind].specification, play.model.capacity);
	for (steps = 0; steps < 6 * size; steps++)
		act(&play);
}

static void what_happened_has_an_order(void **state)
{
	unsigned round, kind;

	(void)state;
	for (round = 0; round < 2000; round++)
		for (kind = 0; kind < KINDS; kind++) {
			perform(kind, 1 + below(40), below(4), below(2));
			assert_int_equal(linearize_judge(&script.history, parts, NULL),
					 LINEARIZE_ORDER);
		}
}

/* ---- What did not quite happen ------------------------------------------------------------- */

/* Changes the result of some operation, or its moments, to others that could occur. */
static void change(void)
{
	struct history_operation *operation = &script.operations[below(script.history.count)];
	const struct history_operation *other = &script.operations[below(script.history.count)];

	if (operation->returned == HISTORY_PENDING || operation->told.unknown)
		return;
	if (below(3) == 0 && other->returned != HISTORY_PENDING)
		operation->told.result = other->told.result;
	else if (below(4) == 0)
		operation->told.result = SABOT_EMPTY;
	else
		operation->told.result = below(4);
}

static void perform_changed(unsigned kind)
{
	unsigned times = 1 + below(2);

	do
		perform(kind, 2 + below(SMALL - 1), below(3), below(2));
	while (script.history.count == 0);
	while (times--)
		change();
}

static void the_changed_is_judged_as_by_trying_all_orders(void **state)
{
	unsigned round, kind, wrong = 0;

	(void)state;
	for (round = 0; round < 3000; round++)
		for (kind = 0; kind < KINDS; kind++) {
			bool order;

			perform_changed(kind);
			order = brute_has_order(&script, NULL);
			wrong += !order;
			assert_int_equal(linearize_judge(&script.history, parts, NULL),
					 order ? LINEARIZE_ORDER : LINEARIZE_NO_ORDER);
		}
	assert_in_range(wrong, round, round * KINDS - round); /* both answers were common */
}

/* Whether some choice of the optional ones makes an order together with the required ones. */
static bool brute_parts(const unsigned char *wanted)
{
	uint32_t count = script.history.count, choice, i;

	for (choice = 0; choice < 1u << count; choice++) {
		bool present[SCRIPT_MAX], fits = true;

		for (i = 0; i < count; i++) {
			present[i] = choice >> i & 1;
			fits &= wanted[i] == LINEARIZE_OPTIONAL ||
				present[i] == (wanted[i] == LINEARIZE_REQUIRED);
		}
		if (fits && brute_has_order(&script, present))
			return true;
	}
	return false;
}

static void parts_are_judged_as_by_trying_all_choices(void **state)
{
	struct linearize_result result = { .order = NULL };
	unsigned round, kind;
	uint32_t i;

	(void)state;
	for (round = 0; round < 300; round++)
		for (kind = 0; kind < KINDS; kind++) {
			enum linearize_answer answer;

			if (kinds[kind].specification->key)
				continue; /* a search is of one key */
			perform_changed(kind);
			for (i = 0; i < script.history.count; i++)
				parts[i] = (unsigned char)below(3);
			answer = linearize_search(&script.history, parts, 1 << 20, &result);
			assert_int_equal(answer,
					 brute_parts(parts) ? LINEARIZE_ORDER : LINEARIZE_NO_ORDER);
		}
}

/* ---- What is shortened --------------------------------------------------------------------- */

static bool brute_mendable(uint32_t required)
{
	unsigned char wanted[SCRIPT_MAX];
	uint32_t i;

	for (i = 0; i < script.history.count; i++)
		wanted[i] = required >> i & 1 ? LINEARIZE_REQUIRED : LINEARIZE_OPTIONAL;
	return brute_parts(wanted);
}

static uint32_t smallest_set(void)
{
	uint32_t count = script.history.count, set, i, pending = 0, best = count + 1;

	for (i = 0; i < count; i++)
		pending |= (uint32_t)linearize_is_pending(&script.history, i) << i;
	for (set = 1; set < 1u << count; set++)
		if (!(set & pending) && (uint32_t)__builtin_popcount(set) < best &&
		    !brute_mendable(set))
			best = (uint32_t)__builtin_popcount(set);
	return best;
}

/* The rows that are shown have no order, and would have one without any one of those that count. */
static void expect_minimal_rows(void)
{
	unsigned char wanted[SCRIPT_MAX] = { 0 };
	uint32_t count = script.history.count, i;

	for (i = 0; i < count; i++)
		wanted[i] = parts[i] ? LINEARIZE_REQUIRED : LINEARIZE_ABSENT;
	assert_false(brute_parts(wanted));
	for (i = 0; i < count; i++) {
		if (parts[i] != LINEARIZE_REQUIRED)
			continue;
		memcpy(wanted, parts, count);
		wanted[i] = LINEARIZE_OPTIONAL;
		assert_true(brute_parts(wanted));
	}
}

static void the_shortened_is_the_shortest_and_cannot_be_mended(void **state)
{
	unsigned round, kind, wrong = 0;

	(void)state;
	for (round = 0; round < 150; round++)
		for (kind = 0; kind < KINDS; kind++) {
			struct linearize_shortened shortened;
			uint32_t required = 0, i;

			perform_changed(kind);
			if (linearize_judge(&script.history, parts, NULL) != LINEARIZE_NO_ORDER)
				continue;
			wrong++;
			assert_int_equal(linearize_shorten(&script.history, parts, &shortened), 0);
			for (i = 0; i < script.history.count; i++)
				required |= (uint32_t)(parts[i] == LINEARIZE_REQUIRED) << i;
			assert_false(brute_mendable(required));
			assert_true(shortened.shortest);
			assert_int_equal(__builtin_popcount(required), shortened.required);
			if (!kinds[kind].specification->key)
				assert_int_equal(shortened.required, smallest_set());
			expect_minimal_rows();
		}
	assert_in_range(wrong, round, round * KINDS);
}

/* ---- Long ones ----------------------------------------------------------------------------- */

static double milliseconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec * 1e3 + (double)usage.ru_utime.tv_usec / 1e3;
}

static void tell_time(const char *what, uint64_t number, const char *of, double since)
{
	print_message("  %-18s %-10s %8llu %-14s %9.3f ms\n", script.history.specification->name,
		      what, (unsigned long long)number, of, milliseconds() - since);
}

/* An item is taken out twice; of what is no container, something is read that was never there. */
static void spoil(void)
{
	bool items = script.history.specification->item;
	uint32_t i, last = 0;

	for (i = 0; i < script.history.count * 3 / 4; i++)
		if (!script.operations[i].told.unknown && script.operations[i].told.result > 0)
			last = i;
	for (; script.operations[i].told.unknown || script.operations[i].told.result <= 0; i++)
		assert_true(i + 1 < script.history.count);
	script.operations[i].told.result = items ? script.operations[last].told.result : 1000000;
}

static void a_thousand_operations_are_judged(void **state)
{
	unsigned kind;

	(void)state;
	for (kind = 0; kind < KINDS; kind++) {
		struct linearize_shortened shortened;
		uint64_t tried = 0;
		double since;

		perform(kind, 1000, 0, true);
		since = milliseconds();
		assert_int_equal(linearize_judge(&script.history, parts, &tried), LINEARIZE_ORDER);
		tell_time("in order", tried, "configurations", since);
		spoil();
		tried = 0;
		since = milliseconds();
		assert_int_equal(linearize_judge(&script.history, parts, &tried),
				 LINEARIZE_NO_ORDER);
		tell_time("spoilt", tried, "configurations", since);
		since = milliseconds();
		assert_int_equal(linearize_shorten(&script.history, parts, &shortened), 0);
		tell_time("shortened", shortened.required + shortened.beside, "rows", since);
	}
}

static int seed(void **state)
{
	(void)state;
	random_seed_stream(&source, 1, random_text_hash("linearize"), 0, 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_happened_has_an_order, seed),
		cmocka_unit_test_setup(the_changed_is_judged_as_by_trying_all_orders, seed),
		cmocka_unit_test_setup(parts_are_judged_as_by_trying_all_choices, seed),
		cmocka_unit_test_setup(the_shortened_is_the_shortest_and_cannot_be_mended, seed),
		cmocka_unit_test_setup(a_thousand_operations_are_judged, seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
