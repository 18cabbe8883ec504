/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search for all schedules of one case: what was explored, and what is left. Each execution is
 * a real one from the start; it follows a prefix of decisions, and goes on by the default. Its
 * steps then tell which other decisions could have led to anything else.
 *
 * Dynamic partial-order reduction with source sets and sleep sets (Abdulla, Aronis, Jonsson,
 * Sagonas, POPL 2014): of schedules that differ only in the order of steps that do not depend on
 * each other, one is explored to its end. A call that sleeps is two steps, to fall asleep and to
 * go on, so that no step is ever refused; the end of a time-out is a step like any other. With a
 * bound on preemptions, that may be too few (Coons, Musuvathi, McKinley, OOPSLA 2013): then
 * nothing sleeps, and for each two steps that depend on each other their tasks are also tried
 * where the first one's turn began.
 *
 * Supervisor only.
 */
#ifndef SABOT_SEARCH_EXHAUSTIVE_TREE_H
#define SABOT_SEARCH_EXHAUSTIVE_TREE_H

#include <stdbool.h>
#include <stdint.h>

struct exhaustive_options {
	bool brute;   /* no reduction */
	bool bounded; /* at most so many preemptions: switches from who could go on */
	uint32_t preemptions;
};

enum exhaustive_lesson {
	EXHAUSTIVE_WHOLE, /* another schedule was explored to its end */
	EXHAUSTIVE_PART,  /* it led to nothing new, or is to be run once more */
	EXHAUSTIVE_ASTRAY /* the same decisions led elsewhere: it is not deterministic */
};

struct exhaustive;

/* NULL: no memory. */
struct exhaustive *exhaustive_create(const struct exhaustive_options *options);
void exhaustive_free(struct exhaustive *search);

/* Hands over what the next execution is to do. False: there is none left. */
bool exhaustive_prepare(struct exhaustive *search);

/* Learns from the execution that the control block shows. */
enum exhaustive_lesson exhaustive_learn(struct exhaustive *search);

/* Hands over the whole schedule of the execution that was learnt from last: to be followed. */
void exhaustive_follow(const struct exhaustive *search);

/* Schedules explored to their end. */
uint64_t exhaustive_schedules(const struct exhaustive *search);

/* NULL: all were explored, if there is none left. Else why not, in words. */
const char *exhaustive_gap(const struct exhaustive *search);

#endif
