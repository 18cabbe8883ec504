/* SPDX-License-Identifier: Apache-2.0 */
/* Who could fill or empty a message queue, in control blocks made by hand. */
#include "check/graph.h"
#include "check/scene_test.h"
#include "check/stuck.h"

static void expect_orphan(const char *message)
{
	stuck_judge();
	assert_string_equal(control->finding.message, message);
	assert_int_equal(control->finding.kind, KIND_ORPHANED);
}

static void who_filled_a_queue_leaves_an_orphan(void **state)
{
	struct task *sender = scene_task("sender#0"), *waiter = scene_task("waiter#0");
	int queue = object_find(FAMILY_SYSV_MSG, (uint64_t)INT32_MAX, 0);

	(void)state;
	scene_task("other#0");
	scene_do(sender, OP_MSGSND, queue, 2);
	scene_kill(sender, PLAN_AT_POINT);
	scene_sleep(waiter, OP_MSGRCV, queue, 2);
	expect_orphan("waiter#0 waits for SysV message queue#0 to hold a message of type 2, which "
		      "sender#0 was to fill when it was killed");
}

static void who_emptied_a_queue_leaves_an_orphan(void **state)
{
	struct task *taker = scene_task("taker#0"), *waiter = scene_task("waiter#0");
	int queue = object_find(FAMILY_POSIX_MQ, 1, 1);

	(void)state;
	scene_do(taker, OP_MQ_RECEIVE, queue, 0);
	scene_kill(taker, PLAN_AT_POINT);
	scene_sleep(waiter, OP_MQ_SEND, queue, 0);
	expect_orphan("waiter#0 waits for POSIX message queue#0 to have room, which taker#0 was to "
		      "empty when it was killed");
}

static void a_message_that_went_to_the_dead_is_orphaned(void **state)
{
	struct task *dead = scene_task("a#0"), *waiter = scene_task("b#0"),
		    *sender = scene_task("c#0");
	int queue = object_find(FAMILY_SYSV_MSG, (uint64_t)INT32_MAX, 0);

	(void)state;
	scene_sleep(dead, OP_MSGRCV, queue, -2);
	scene_sleep(waiter, OP_MSGRCV, queue, 1);
	scene_do(sender, OP_MSGSND, queue, 1);
	scene_wake(dead);
	scene_kill(dead, PLAN_WOKEN);
	scene_sleep(sender, OP_PAUSE, -1, 0);
	expect_orphan("b#0 waits for SysV message queue#0 to hold a message of type 1, which a#0 "
		      "had been given when it was killed");
}

static void who_lives_and_sent_before_may_send_again(void **state)
{
	struct task *dead = scene_task("a#0"), *sender = scene_task("b#0"),
		    *waiter = scene_task("c#0");
	int queue = object_find(FAMILY_SYSV_MSG, (uint64_t)INT32_MAX, 0);

	(void)state;
	scene_do(dead, OP_MSGSND, queue, 1);
	scene_kill(dead, PLAN_AT_POINT);
	scene_do(sender, OP_MSGSND, queue, 1);
	scene_sleep(sender, OP_PAUSE, -1, 0);
	scene_sleep(waiter, OP_MSGRCV, queue, 1);
	graph_build(graph_kept());
	assert_int_equal(graph_edge_of(graph_kept(), 2)->how, GRAPH_ANYBODY);
	assert_int_equal(graph_edge_of(graph_kept(), 2)->holders, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_filled_a_queue_leaves_an_orphan, scene_clear),
		cmocka_unit_test_setup(who_emptied_a_queue_leaves_an_orphan, scene_clear),
		cmocka_unit_test_setup(a_message_that_went_to_the_dead_is_orphaned, scene_clear),
		cmocka_unit_test_setup(who_lives_and_sent_before_may_send_again, scene_clear),
	};

	return cmocka_run_group_tests(tests, scene_open, NULL);
}
