/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "reports/sample.h"
#include "reports/sink.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static const struct report_options plain = { 0 };

static void formats_are_found_by_name(void **state)
{
	static const char *const names[] = { "text",  "jsonl", "junit", "gitlab",
					     "sarif", "tap",   "kills" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct report_format *format = report_find(names[i]);

		assert_non_null(format);
		assert_string_equal(format->name, names[i]);
		assert_true(strlen(format->about) > 0);
	}
	assert_string_equal(report_names(), "text, jsonl, junit, gitlab, sarif, tap or kills");
	assert_null(report_find("tex"));
	assert_null(report_find(""));
}

static int write_all(FILE *file, const struct report_format *format)
{
	return format->write(file, &sample_run, &plain);
}

static int write_case(FILE *file, const struct report_format *format)
{
	(void)format;
	return report_case_text(file, &sample_cases[1], &plain);
}

static int write_summary(FILE *file, const struct report_format *format)
{
	(void)format;
	return report_summary_text(file, &sample_run, &plain);
}

static int write_case_json(FILE *file, const struct report_format *format)
{
	(void)format;
	return report_case_json(file, &sample_cases[1]);
}

static int (*const writers[])(FILE *, const struct report_format *) = { write_all, write_case,
									write_summary,
									write_case_json };

/* However the stream is buffered: the error shows at once, in the middle, or at the flush. */
static void full_disk_is_reported(void **state)
{
	static char buffer[1 << 16];
	static const struct {
		int mode;
		size_t size;
	} buffers[] = { { _IONBF, 0 }, { _IOLBF, 64 }, { _IOFBF, 64 }, { _IOFBF, sizeof(buffer) } };

	(void)state;
	for (const struct report_format *format = report_formats; format->name; format++) {
		for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
			for (size_t j = 0; j < sizeof(buffers) / sizeof(buffers[0]); j++) {
				FILE *file = fopen("/dev/full", "we");

				assert_non_null(file);
				setvbuf(file, buffer, buffers[j].mode, buffers[j].size);
				assert_int_equal(writers[i](file, format), -ENOSPC);
				fclose(file);
			}
		}
	}
}

static void full_disk_is_reported_by_path(void **state)
{
	const struct report_format *format = report_formats;

	(void)state;
	for (; format->name; format++) {
		assert_int_equal(report_write_path(format, "/dev/full", &sample_run, &plain),
				 -ENOSPC);
		assert_int_equal(report_write_path(format, "/nowhere/x", &sample_run, &plain),
				 -ENOENT);
		assert_int_equal(report_write_path(format, "/dev/null", &sample_run, &plain), 0);
	}
}

static ssize_t refuse_once(void *cookie, const char *bytes, size_t count)
{
	int *calls = cookie;

	(void)bytes;
	if ((*calls)++ == 1) {
		errno = EDQUOT;
		return 0;
	}
	return (ssize_t)count;
}

/* A hole in the middle is no report, even if there is room again for the rest. */
static void passing_error_is_reported(void **state)
{
	(void)state;
	for (const struct report_format *format = report_formats; format->name; format++) {
		char buffer[64];
		int calls = 0;
		FILE *file =
			fopencookie(&calls, "w", (cookie_io_functions_t){ .write = refuse_once });

		assert_non_null(file);
		setvbuf(file, buffer, _IOFBF, sizeof(buffer));
		assert_int_equal(format->write(file, &sample_run, &plain), -EDQUOT);
		/* After the error nothing follows but what the stream held already. */
		assert_in_range(calls, 2, 4);
		fclose(file);
	}
}

/* The stream is the caller's: what he lost in it would be missing from the report too. */
static void earlier_error_is_reported(void **state)
{
	(void)state;
	for (const struct report_format *format = report_formats; format->name; format++) {
		int calls = 1;
		FILE *file =
			fopencookie(&calls, "w", (cookie_io_functions_t){ .write = refuse_once });

		assert_non_null(file);
		setvbuf(file, NULL, _IONBF, 0);
		assert_int_equal(fputs("nobody looks at what this returns", file), EOF);
		assert_int_equal(format->write(file, &sample_run, &plain), -EIO);
		fclose(file);
	}
}

/* Half a report is taken away, whatever the format. */
static void full_disk_leaves_no_file(void **state)
{
	char folder[] = "/tmp/report_test.XXXXXX", path[64];
	const struct report_format *format = report_formats;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/report", folder);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 16, RLIM_INFINITY }), 0);
	for (; format->name; format++) {
		assert_int_equal(report_write_path(format, path, &sample_run, &plain), -EFBIG);
		assert_int_equal(access(path, F_OK), -1);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }),
			 0);
	assert_int_equal(rmdir(folder), 0);
}

static void path_holds_the_report(void **state)
{
	char path[] = "/tmp/report_test.XXXXXX", back[256] = "";
	const struct report_format *format = report_find("jsonl");
	char *want = sample_report("jsonl", &sample_run, &plain);
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_non_null(want);
	assert_int_equal(report_write_path(format, path, &sample_run, &plain), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), strlen(want));
	assert_int_equal(pread(fd, back, sizeof(back), 0), sizeof(back));
	assert_memory_equal(back, want, sizeof(back));
	close(fd);
	unlink(path);
	free(want);
}

static void totals_are_sums(void **state)
{
	const struct report_totals totals = report_total(&sample_run);

	(void)state;
	assert_int_equal(totals.verdicts[VERDICT_PASS], 3);
	assert_int_equal(totals.verdicts[VERDICT_SKIP], 1);
	assert_int_equal(totals.verdicts[VERDICT_FAIL], 1);
	assert_int_equal(totals.findings, 2);
	assert_int_equal(totals.executions, 1 + 17 + 123456 + 3 + 1000000);
	assert_int_equal(totals.kill_points_covered, 5 + 412 + 1);
	assert_int_equal(totals.kill_points_known, 31 + 412 + 8 + 2);
}

static void numbers_are_fixed(void **state)
{
	(void)state;
	assert_string_equal(sink_fixed(0, 3).text, "0.000");
	assert_string_equal(sink_fixed(0.0005, 3).text, "0.001");
	assert_string_equal(sink_fixed(1.9996, 3).text, "2.000");
	assert_string_equal(sink_fixed(1234.5, 0).text, "1235");
	assert_string_equal(sink_fixed(1e-6, 6).text, "0.000001");
	assert_string_equal(sink_fixed(-1, 3).text, "0.000");
	assert_string_equal(sink_fixed((double)NAN, 3).text, "0.000");
	assert_string_equal(sink_fixed((double)INFINITY, 6).text, "1000000000000.000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_found_by_name),
		cmocka_unit_test(full_disk_is_reported),
		cmocka_unit_test(full_disk_is_reported_by_path),
		cmocka_unit_test(passing_error_is_reported),
		cmocka_unit_test(earlier_error_is_reported),
		cmocka_unit_test(full_disk_leaves_no_file),
		cmocka_unit_test(path_holds_the_report),
		cmocka_unit_test(totals_are_sums),
		cmocka_unit_test(numbers_are_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
