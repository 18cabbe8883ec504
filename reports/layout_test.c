/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEN    "wwwwwwwww "
#define NINETY TEN TEN TEN TEN TEN TEN TEN TEN TEN

struct page {
	char *text;
	size_t length;
	struct sink sink;
	struct layout layout;
};

static struct layout *page_open(struct page *page)
{
	page->sink = (struct sink){ open_memstream(&page->text, &page->length), 0 };
	page->layout = (struct layout){ &page->sink, 0 };
	assert_non_null(page->sink.file);
	return &page->layout;
}

static void page_expect(struct page *page, const char *want)
{
	assert_int_equal(sink_finish(&page->sink), 0);
	fclose(page->sink.file);
	assert_string_equal(page->text, want);
	free(page->text);
}

static void expect_wrapped(size_t indent, const char *text, const char *want)
{
	struct page page;

	layout_wrap(page_open(&page), indent, text);
	page_expect(&page, want);
}

static void lines_break_behind_the_last_column(void **state)
{
	(void)state;
	expect_wrapped(0, NINETY "abcdefghij k", NINETY "abcdefghij\nk\n");
	expect_wrapped(0, NINETY "abcdefghijk",
		       "wwwwwwwww " TEN TEN TEN TEN TEN TEN TEN "wwwwwwwww\n"
		       "abcdefghijk\n");
	expect_wrapped(0, NINETY "  abcdefgh", NINETY "  abcdefgh\n");
	expect_wrapped(0, NINETY "  abcdefghi",
		       "wwwwwwwww " TEN TEN TEN TEN TEN TEN TEN "wwwwwwwww\nabcdefghi\n");
	expect_wrapped(2, "x " NINETY "abcdef", "  x " NINETY "abcdef\n");
	expect_wrapped(2, "x " NINETY "abcdefg",
		       "  x wwwwwwwww " TEN TEN TEN TEN TEN TEN TEN "wwwwwwwww\n  abcdefg\n");
	/* The two bytes of one character are one column. */
	expect_wrapped(0, NINETY "abcdefghi\xc3\xa9", NINETY "abcdefghi\xc3\xa9\n");
	/* What is shown as four columns is four. */
	expect_wrapped(0, NINETY "abcdef\x1b k", NINETY "abcdef\\x1b\nk\n");
}

static void breaks_hang_behind_the_number(void **state)
{
	(void)state;
	expect_wrapped(1, " 12. " NINETY "abcdefgh",
		       "  12. wwwwwwwww " TEN TEN TEN TEN TEN TEN TEN "wwwwwwwww\n"
		       "      abcdefgh\n");
}

static void spaces_and_empty_lines_stay(void **state)
{
	(void)state;
	expect_wrapped(2, "a   b\n\n  c", "  a   b\n\n    c\n");
	expect_wrapped(2, "a  \n", "  a\n");
	expect_wrapped(2, "", "");
	expect_wrapped(2, "\n", "\n");
}

static void words_too_long_stay_whole(void **state)
{
	char word[2 * LAYOUT_WIDTH + 1] = "", want[2 * LAYOUT_WIDTH + 8];

	(void)state;
	memset(word, 'w', sizeof(word) - 1);
	snprintf(want, sizeof(want), "  %s\n", word);
	expect_wrapped(2, word, want);
}

static void columns_align_or_make_room(void **state)
{
	struct page page;
	struct layout *layout = page_open(&page);

	(void)state;
	layout_text(layout, "ab");
	layout_left(layout, 5, "cd");
	layout_right(layout, 12, "ef");
	layout_right(layout, 15, "ghi");
	layout_left(layout, 0, "j\n");
	layout_line_end(layout);
	layout_right(layout, 5, "k");
	layout_line_end(layout);
	page_expect(&page, "ab   cd   ef  ghi  j\\x0a\n    k\n");
}

static void blocks_are_prefixed_and_whole(void **state)
{
	struct page page;

	(void)state;
	layout_block(page_open(&page), 2, "| ", "a\tb\n\n" NINETY NINETY);
	page_expect(&page, "  | a\tb\n  | \n  | " NINETY NINETY "\n");
	layout_block(page_open(&page), 2, "", "a\n\nb\n");
	page_expect(&page, "  a\n\n  b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_behind_the_last_column),
		cmocka_unit_test(breaks_hang_behind_the_number),
		cmocka_unit_test(spaces_and_empty_lines_stay),
		cmocka_unit_test(words_too_long_stay_whole),
		cmocka_unit_test(columns_align_or_make_room),
		cmocka_unit_test(blocks_are_prefixed_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
