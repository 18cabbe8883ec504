/* SPDX-License-Identifier: Apache-2.0 */
#include "check/graph.h"

#include "check/scene_test.h"

#include <pthread.h>
#include <stdlib.h>

static struct graph graph;

static void write_graph(FILE *file)
{
	graph_write(file, &graph);
}

static void write_dot(FILE *file)
{
	graph_write_dot(file, &graph);
}

static void expect_text(void (*write)(FILE *file), const char *expected)
{
	char *text = scene_text(write);

	assert_string_equal(text, expected);
	free(text);
}

/* A lock of no address that anybody could read: only the log knows its owner. */
static int far_mutex(uint64_t number)
{
	return object_find(FAMILY_MUTEX, 0x1000 + number * 64, 1);
}

static void take(struct task *task, int mutex)
{
	scene_do(task, OP_MUTEX_LOCK, mutex, 0);
	object_own(mutex, task);
}

static void a_ring_of_three(struct task *tasks[3])
{
	static const char *const names[] = { "a#0", "b#0", "b#1" };
	int i;

	for (i = 0; i < 3; i++) {
		tasks[i] = scene_task(names[i]);
		take(tasks[i], far_mutex((uint64_t)i));
	}
	for (i = 0; i < 3; i++)
		scene_sleep(tasks[i], OP_MUTEX_LOCK, far_mutex((uint64_t)(i + 1) % 3), 0);
}

static void cycles_are_found_and_told(void **state)
{
	struct task *tasks[3], *more;

	(void)state;
	a_ring_of_three(tasks);
	more = scene_task("b#2");
	scene_sleep(more, OP_MUTEX_LOCK, far_mutex(0), 0);
	graph_build(&graph);
	assert_int_equal(graph.count, 4);
	assert_int_equal(graph_cycle(&graph, false), 3);
	expect_text(write_graph, "a#0 waits for mutex#1, held by b#0   <- the cycle\n"
				 "b#0 waits for mutex#2, held by b#1   <- the cycle\n"
				 "b#1 waits for mutex#0, held by a#0   <- the cycle\n"
				 "b#2 waits for mutex#0, held by a#0\n"
				 "the cycle: a#0 -> b#0 -> b#1 -> a#0\n");
}

static void the_shortest_cycle_counts(void **state)
{
	struct task *tasks[3];
	int i;

	(void)state;
	/* Each holds one; the last two want each other's, the first wants the second's. */
	for (i = 0; i < 3; i++) {
		tasks[i] = scene_task(i == 0 ? "a#0" : i == 1 ? "b#0" : "b#1");
		take(tasks[i], far_mutex((uint64_t)i));
	}
	scene_sleep(tasks[0], OP_MUTEX_LOCK, far_mutex(1), 0);
	scene_sleep(tasks[1], OP_MUTEX_LOCK, far_mutex(2), 0);
	scene_sleep(tasks[2], OP_MUTEX_LOCK, far_mutex(1), 0);
	graph_build(&graph);
	assert_int_equal(graph_cycle(&graph, false), 2);
	assert_int_equal(graph.cycle[0], 1);
	assert_int_equal(graph.cycle[1], 2);
	assert_int_equal(graph_edge_of(&graph, 0)->next, -1);
}

static void who_is_stopped_waits_for_that_alone(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	take(b, far_mutex(0));
	scene_sleep(a, OP_MUTEX_LOCK, far_mutex(0), 0);
	scene_sleep(b, OP_MUTEX_LOCK, far_mutex(1), 0);
	b->stopped = true;
	graph_build(&graph);
	assert_int_equal(graph_cycle(&graph, true), 2);
	expect_text(write_graph, "a#0 waits for mutex#0, held by b#0   <- the cycle\n"
				 "b#0 waits for SIGCONT (it is stopped), which nobody holds: "
				 "up to a#0   <- the cycle\n"
				 "the cycle: a#0 -> b#0 -> a#0\n");
}

static void a_chain_is_no_cycle(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	take(b, far_mutex(0));
	scene_sleep(a, OP_MUTEX_LOCK, far_mutex(0), 0);
	graph_build(&graph);
	assert_int_equal(graph.count, 1);
	assert_int_equal(graph_cycle(&graph, true), 0);
}

static void guesses_make_no_cycle_alone(void **state)
{
	int condition = object_find(FAMILY_COND, 0x2000, 1);
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	scene_sleep(a, OP_COND_WAIT, condition, 0);
	scene_sleep(b, OP_COND_WAIT, condition, 0);
	graph_build(&graph);
	assert_int_equal(graph_cycle(&graph, false), 0);
	assert_int_equal(graph_cycle(&graph, true), 0);
}

static void a_guess_closes_a_cycle_of_locks(void **state)
{
	struct task *a = scene_task("a#0"), *b = scene_task("b#0");

	(void)state;
	take(a, far_mutex(0));
	scene_sleep(a, OP_COND_WAIT, object_find(FAMILY_COND, 0x2000, 1), 0);
	scene_sleep(b, OP_MUTEX_LOCK, far_mutex(0), 0);
	graph_build(&graph);
	assert_int_equal(graph_cycle(&graph, false), 0);
	assert_int_equal(graph_cycle(&graph, true), 2);
}

static void words_beat_the_log(void **state)
{
	pthread_mutex_t *mutex = scene_at(64);
	int object = scene_shared(FAMILY_MUTEX, 64);
	struct task *a = scene_task("a#0"), *b = scene_task("b#0"), *c = scene_task("b#1");

	(void)state;
	a->tid = 1001;
	b->tid = 1002;
	c->tid = 1003;
	object_own(object, b); /* as if who took it had not been seen */
	mutex->__data.__lock = 2;
	mutex->__data.__owner = 1003;
	scene_sleep(a, OP_MUTEX_LOCK, object, 0);
	graph_build(&graph);
	assert_int_equal(graph.edges[0].holders, task_bit(2));

	mutex->__data.__kind = PTHREAD_MUTEX_NORMAL | 16; /* robust: the word is the owner */
	mutex->__data.__lock = (int)(1002u | 0x80000000u);
	graph_build(&graph);
	assert_int_equal(graph.edges[0].holders, task_bit(1));

	mutex->__data.__lock = 0;
	graph_build(&graph);
	assert_true(graph.edges[0].free);
	assert_int_equal(graph.edges[0].holders, 0);
	expect_text(write_graph, "a#0 waits for mutex#0 (shared+0x40), which is free\n");
}

static void barriers_count_those_who_can_come(void **state)
{
	int object = scene_shared(FAMILY_BARRIER, 0);
	struct task *a = scene_task("a#0"), *b = scene_task("b#0"), *c = scene_task("b#1");

	(void)state;
	((uint32_t *)scene_at(0))[2] = 3;
	scene_sleep(a, OP_BARRIER_WAIT, object, 0);
	scene_sleep(b, OP_BARRIER_WAIT, object, 0);
	graph_build(&graph);
	expect_text(write_graph, "a#0 waits for barrier#0 (shared+0x0) (2 of 3 arrived), which "
				 "nobody holds: up to b#1\n"
				 "b#0 waits for barrier#0 (shared+0x0) (2 of 3 arrived), which "
				 "nobody holds: up to b#1\n");
	scene_kill(c, PLAN_AT_POINT);
	graph_build(&graph);
	assert_int_equal(graph.edges[0].how, GRAPH_UNARRIVED);
	assert_int_equal(graph.edges[0].holders, task_bit(2));
}

static void readers_wait_for_the_writer_before_them(void **state)
{
	int object = object_find(FAMILY_RWLOCK, 0x3000, 1);
	struct task *reader = scene_task("a#0"), *writer = scene_task("b#0");

	(void)state;
	object_take(object, reader, 1, false);
	scene_sleep(writer, OP_RWLOCK_WRLOCK, object, 0);
	scene_sleep(reader, OP_RWLOCK_RDLOCK, object, 0);
	graph_build(&graph);
	assert_int_equal(graph_cycle(&graph, false), 2);
	expect_text(write_graph, "a#0 waits for rwlock#0, where b#0 comes first   <- the cycle\n"
				 "b#0 waits for rwlock#0, held by a#0   <- the cycle\n"
				 "the cycle: a#0 -> b#0 -> a#0\n");
}

static void threads_and_children_are_named(void **state)
{
	struct task *a = scene_task("a#0"), *child = scene_task("a#0/1");

	(void)state;
	child->parent = 0;
	scene_sleep(a, OP_WAIT, -1, 0);
	scene_sleep(child, OP_PAUSE, -1, 0);
	graph_build(&graph);
	expect_text(write_graph, "a#0 waits for the end of a#0/1\n"
				 "a#0/1 waits for something unknown, which nobody "
				 "holds: up to a#0\n");
}

static void many_names_are_cut(void **state)
{
	char text[200];
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		snprintf(text, sizeof(text), "a#%d", i);
		scene_task(text);
	}
	assert_string_equal(graph_names(1, text, sizeof(text)), "a#0");
	assert_string_equal(graph_names(0x1f, text, sizeof(text)), "a#0, a#1, a#2, a#3 and a#4");
	assert_string_equal(graph_names(0x7f, text, sizeof(text)), "a#0, a#1, a#2, a#3 and 3 more");
	assert_string_equal(graph_names(0, text, sizeof(text)), "");
	assert_string_equal(graph_names(0x7f, text, 9), "a#0, a#1");
}

static void graphviz_is_told_the_same(void **state)
{
	struct task *a = scene_task("a\"0"), *b = scene_task("b#0"), *c = scene_task("b#1");
	int named = far_mutex(9);

	(void)state;
	object_name(named, "with \\ in it");
	take(b, named);
	take(c, far_mutex(1));
	scene_sleep(a, OP_MUTEX_LOCK, named, 0);
	scene_sleep(b, OP_MUTEX_LOCK, far_mutex(1), 0);
	scene_sleep(c, OP_MUTEX_LOCK, named, 0);
	graph_build(&graph);
	graph_cycle(&graph, false);
	expect_text(write_dot,
		    "digraph waits_for {\n"
		    "\t\"a\\\"0\";\n\t\"b#0\";\n\t\"b#1\";\n"
		    "\t\"a\\\"0\" -> \"b#0\" [label=\"mutex#0 (with \\\\ in it)\"];\n"
		    "\t\"b#0\" -> \"b#1\" [label=\"mutex#1\", color=red, penwidth=2];\n"
		    "\t\"b#1\" -> \"b#0\" [label=\"mutex#0 (with \\\\ in it)\", color=red, "
		    "penwidth=2];\n"
		    "}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cycles_are_found_and_told, scene_clear),
		cmocka_unit_test_setup(the_shortest_cycle_counts, scene_clear),
		cmocka_unit_test_setup(a_chain_is_no_cycle, scene_clear),
		cmocka_unit_test_setup(who_is_stopped_waits_for_that_alone, scene_clear),
		cmocka_unit_test_setup(guesses_make_no_cycle_alone, scene_clear),
		cmocka_unit_test_setup(a_guess_closes_a_cycle_of_locks, scene_clear),
		cmocka_unit_test_setup(words_beat_the_log, scene_clear),
		cmocka_unit_test_setup(barriers_count_those_who_can_come, scene_clear),
		cmocka_unit_test_setup(readers_wait_for_the_writer_before_them, scene_clear),
		cmocka_unit_test_setup(threads_and_children_are_named, scene_clear),
		cmocka_unit_test_setup(many_names_are_cut, scene_clear),
		cmocka_unit_test_setup(graphviz_is_told_the_same, scene_clear),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
