/* SPDX-License-Identifier: Apache-2.0 */
/* What checkers write is read as it is meant, wherever it is cut off, and whatever it holds. */
#include "check/leak.h"

#include "core/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAME(ip, fn, line)                                                                        \
	"<frame><ip>" ip "</ip><obj>/b/mine.so</obj><fn>" fn                                       \
	"</fn><dir>/src</dir><file>mine.c</file><line>" line "</line></frame>\n"
#define ERROR(kind, text, stack)                                                                   \
	"<error>\n  <unique>0x5</unique>\n  <tid>1</tid>\n  <kind>" kind                           \
	"</kind>\n  <xwhat>\n    <text>" text                                                      \
	"</text>\n    <leakedbytes>1234</leakedbytes>\n    <leakedblocks>3</leakedblocks>\n"       \
	"  </xwhat>\n  <stack>\n" stack "  </stack>\n</error>\n\n"

/* clang-format off */
static const char valgrind_text[] =
	ERROR("Leak_DefinitelyLost",
	      "1,310 (+1,310) (1,300 (+1,300) direct, 10 (+10) indirect) bytes in 2 (+2) blocks "
	      "are definitely lost in loss record 8 of 8",
	      "<frame><ip>0x48417B4</ip><obj>/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux"
	      ".so</obj><fn>malloc</fn></frame>\n"
	      FRAME("0x10FF00", "take", "9") FRAME("0x10FF80", "serve", "12"))
	"<status>\n  <state>FINISHED</state>\n</status>\n"
	ERROR("Leak_IndirectlyLost",
	      "16 bytes in 1 blocks are indirectly lost in loss record 2 of 4",
	      FRAME("0x20", "fill", "7"))
	ERROR("InvalidRead", "Invalid read of size 4", FRAME("0x30", "peek", "1"))
	ERROR("Leak_DefinitelyLost",
	      "96 (+0) bytes in 3 (+0) blocks are definitely lost in loss record 1 of 4",
	      FRAME("0x40", "old", "2"))
	"<errorcounts>\n</errorcounts>\n\n</valgrindoutput>\n";
/* clang-format on */

static const char lsan_text[] =
	"\n=================================================================\n"
	"==7==ERROR: LeakSanitizer: detected memory leaks\n\n"
	"Direct leak of 64 byte(s) in 2 object(s) allocated from:\n"
	"    #0 0x7ffff7687fb0  (/lib/x86_64-linux-gnu/libasan.so.8+0xb9fb0)\n"
	"    #1 0x5555555561a4  (/b/a+b/sabot+0x21a4) (BuildId: 0123)\n\n"
	"Indirect leak of 10 byte(s) in 1 object(s) allocated from:\n"
	"    #0 0x7ffff7687fb0  (/lib/x86_64-linux-gnu/libasan.so.8+0xb9fb0)\n"
	"    #1 0x5555555561b8  (/b/a+b/sabot+0x21b8)\n\n"
	"SUMMARY: AddressSanitizer: 74 byte(s) leaked in 3 allocation(s).\n";

static struct leak_list list;

static const struct leak_list *read_xml(const char *text, size_t size)
{
	memset(&list, 0, sizeof(list));
	assert_int_equal(leak_read_valgrind(&list, text, size), 0);
	return &list;
}

static const struct leak_list *read_plain(const char *text, size_t size)
{
	memset(&list, 0, sizeof(list));
	leak_read_lsan(&list, text, size);
	return &list;
}

static void valgrind_is_read(void **state)
{
	const struct leak *leak = read_xml(valgrind_text, strlen(valgrind_text))->leaks;

	(void)state;
	/* What did not grow was told before; what is no leak is no business of ours. */
	assert_int_equal(list.count, 2);
	assert_false(leak[0].indirect);
	assert_int_equal(leak[0].bytes, 1300);
	assert_int_equal(leak[0].blocks, 2);
	assert_int_equal(leak[0].frame_count, 3);
	assert_string_equal(leak[0].frames[0].function, "malloc");
	assert_int_equal(leak[0].frames[0].line, 0);
	assert_int_equal(leak[0].frames[1].address, 0x10ff00);
	assert_string_equal(leak[0].frames[1].function, "take");
	assert_string_equal(leak[0].frames[1].file, "mine.c");
	assert_string_equal(leak[0].frames[1].object, "/b/mine.so");
	assert_int_equal(leak[0].frames[2].line, 12);
	assert_true(leak[1].indirect);
	assert_int_equal(leak[1].bytes, 16);
	assert_int_equal(leak[1].blocks, 1);
}

static void a_whole_document_is_read(void **state)
{
	static const char text[] =
		"<?xml version=\"1.0\"?>\n\n<valgrindoutput>\n\n<protocolversion>4"
		"</protocolversion>\n" ERROR("Leak_DefinitelyLost",
					     "8 bytes in 1 blocks are definitely lost",
					     FRAME("0x50", "a&lt;b", "3"));

	(void)state;
	assert_int_equal(read_xml(text, strlen(text))->count, 1);
	assert_string_equal(list.leaks[0].frames[0].function, "a<b");
	assert_int_equal(list.leaks[0].bytes, 8);
}

/* How many of the elements end before the cut, of those that are leaks. */
static uint32_t whole_errors(size_t cut)
{
	static const uint32_t leaks[] = { 1, 2, 2, 2 };
	static const char end[] = "</error>";
	const char *at = valgrind_text;
	uint32_t count = 0;

	while ((at = strstr(at, end)) != NULL) {
		at += strlen(end);
		if ((size_t)(at - valgrind_text) > cut)
			break;
		count++;
	}
	return count ? leaks[count - 1] : 0;
}

static void a_cut_leaves_what_was_whole(void **state)
{
	size_t cut;

	(void)state;
	for (cut = 0; cut <= strlen(valgrind_text); cut++) {
		/* Nothing may be read beyond the cut. */
		char *text = malloc(cut + 1);

		memcpy(text, valgrind_text, cut);
		text[cut] = '<';
		assert_int_equal(read_xml(text, cut)->count, whole_errors(cut));
		free(text);
	}
}

static void deep_stacks_are_cut(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int i;

	(void)state;
	fputs("<error><kind>Leak_DefinitelyLost</kind><xwhat><text>5 bytes in 1 blocks</text>"
	      "</xwhat><stack>",
	      file);
	for (i = 0; i < 3 * LEAK_FRAMES_MAX; i++)
		fprintf(file, "<frame><ip>0x%x</ip><line>%d</line></frame>", i + 1, i + 1);
	fputs("</stack><stack><frame><ip>0x99</ip></frame></stack></error>", file);
	fclose(file);
	assert_int_equal(read_xml(text, size)->count, 1);
	assert_int_equal(list.leaks[0].frame_count, LEAK_FRAMES_MAX);
	assert_int_equal(list.leaks[0].frames[0].address, 1);
	assert_int_equal(list.leaks[0].frames[LEAK_FRAMES_MAX - 1].line, LEAK_FRAMES_MAX);
	free(text);
}

static void many_leaks_are_counted(void **state)
{
	static const char one[] =
		"<error><kind>Leak_DefinitelyLost</kind><xwhat><text>5 bytes in 1 "
		"blocks</text></xwhat></error>";
	size_t size = strlen(one);
	char *text = malloc(size * (LEAKS_MAX + 3));
	int i;

	(void)state;
	for (i = 0; i < LEAKS_MAX + 3; i++)
		memcpy(text + (size_t)i * size, one, size);
	assert_int_equal(read_xml(text, size * (LEAKS_MAX + 3))->count, LEAKS_MAX);
	assert_int_equal(list.left_out, 3);
	free(text);
}

static void lsan_is_read(void **state)
{
	const struct leak *leak = read_plain(lsan_text, strlen(lsan_text))->leaks;

	(void)state;
	assert_int_equal(list.count, 2);
	assert_int_equal(leak[0].bytes, 64);
	assert_int_equal(leak[0].blocks, 2);
	assert_false(leak[0].indirect);
	assert_int_equal(leak[0].frame_count, 2);
	assert_int_equal(leak[0].frames[1].address, 0x5555555561a4);
	assert_string_equal(leak[0].frames[0].object, "/lib/x86_64-linux-gnu/libasan.so.8");
	assert_string_equal(leak[0].frames[1].object, "/b/a+b/sabot");
	assert_true(leak[1].indirect);
}

static void lsan_cut_anywhere(void **state)
{
	const char *first = strstr(lsan_text, "\n\nIndirect") + 2;
	const char *second = strstr(lsan_text, "\n\nSUMMARY") + 2;
	size_t cut;

	(void)state;
	for (cut = 0; cut <= strlen(lsan_text); cut++) {
		uint32_t whole = cut >= (size_t)(second - lsan_text)  ? 2
				 : cut >= (size_t)(first - lsan_text) ? 1
								      : 0;
		char *text = malloc(cut + 1);

		memcpy(text, lsan_text, cut);
		text[cut] = '\n';
		assert_int_equal(read_plain(text, cut)->count, whole);
		free(text);
	}
}

static void what_was_there_is_taken_away(void **state)
{
	static struct leak_list before;

	(void)state;
	before = *read_plain(lsan_text, strlen(lsan_text));
	before.count = 1;
	before.leaks[0].bytes = 32;
	before.leaks[0].blocks = 1;
	leak_subtract(&list, &before);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.leaks[0].bytes, 32);
	before.leaks[0].blocks = 1;
	leak_subtract(&list, &before);
	assert_int_equal(list.count, 1);
	assert_true(list.leaks[0].indirect);
}

/* Bytes are changed, dropped and doubled: it is read or left, and nothing else happens. */
static void damage(struct random *random, char *text, size_t *size)
{
	unsigned times = (unsigned)random_below(random, 8) + 1;

	while (times--) {
		size_t at = random_below(random, (uint32_t)*size);
		size_t part = random_below(random, 24) + 1;

		if (at + part > *size)
			part = *size - at;
		switch (random_below(random, 3)) {
		case 0:
			text[at] = (char)random_below(random, 256);
			break;
		case 1:
			memmove(text + at, text + at + part, *size - at - part);
			*size -= part;
			break;
		default:
			memmove(text + at + part, text + at, *size - at);
			*size += part;
			break;
		}
		if (*size == 0)
			return;
	}
}

static void damaged_reports_do_no_harm(void **state)
{
	struct random random;
	unsigned round;

	(void)state;
	random_seed_stream(&random, 1, 2, 3, 4);
	for (round = 0; round < 4000; round++) {
		const char *from = round % 2 ? valgrind_text : lsan_text;
		size_t size = strlen(from), room = size + 8 * 32;
		char *text = malloc(room), *exact;

		memcpy(text, from, size);
		damage(&random, text, &size);
		exact = malloc(size ? size : 1);
		memcpy(exact, text, size);
		(void)read_xml(exact, size);
		assert_true(list.count <= 3);
		(void)read_plain(exact, size);
		assert_true(list.count <= 4);
		free(exact);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valgrind_is_read),
		cmocka_unit_test(a_whole_document_is_read),
		cmocka_unit_test(a_cut_leaves_what_was_whole),
		cmocka_unit_test(deep_stacks_are_cut),
		cmocka_unit_test(many_leaks_are_counted),
		cmocka_unit_test(lsan_is_read),
		cmocka_unit_test(lsan_cut_anywhere),
		cmocka_unit_test(what_was_there_is_taken_away),
		cmocka_unit_test(damaged_reports_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
