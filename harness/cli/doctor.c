/* SPDX-License-Identifier: Apache-2.0 */
/* `sabot doctor`: what this machine allows, found out by doing it. */
#include "cli/doctor.h"

#include "cli/cli.h"
#include "core/verdict.h"
#include "reports/json.h"
#include "reports/layout.h"

#include <argp.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEY_JSON = 256, SECONDS_MAX = 10, NAME_BEGIN = 9, DETAIL_BEGIN = 31 };

/* Shared with the child that tries. */
struct outcome {
	bool ok;
	char detail[DOCTOR_DETAIL_MAX];
};

struct doctor {
	struct outcome *outcome;
	unsigned checks, missing;
	bool impossible; /* something is missing that is needed */
};

static const struct argp_option doctor_options[] = {
	{ "json", KEY_JSON, NULL, 0, "One JSON object a check", 0 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	bool *json = state->input;

	switch (key) {
	case KEY_JSON:
		*json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "\"%s\" is not wanted here", argument);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp doctor_argp = {
	.options = doctor_options,
	.parser = parse,
	.doc = "Tries out what Sabot uses of this machine, and says what each thing that is "
	       "missing costs and what to do about it. Exit code 0, or 5 if scenarios cannot run "
	       "here at all.",
};

static void try_out(struct doctor *doctor, const struct doctor_check *check)
{
	struct outcome *outcome = doctor->outcome;
	int status = 0;
	pid_t pid;

	memset(outcome, 0, sizeof(*outcome));
	pid = fork();
	if (pid == 0) {
		(void)alarm(SECONDS_MAX);
		outcome->ok = check->try(outcome->detail, sizeof(outcome->detail));
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (pid < 0 || WIFSIGNALED(status)) {
		outcome->ok = false;
		snprintf(outcome->detail, sizeof(outcome->detail), "trying it ended with %s",
			 pid < 0 ? strerror(errno) : strsignal(WTERMSIG(status)));
	}
	doctor->checks++;
	if (!outcome->ok) {
		doctor->missing++;
		doctor->impossible |= check->needed;
	}
}

static void show(struct layout *layout, const struct doctor_check *check,
		 const struct outcome *outcome)
{
	char text[400];

	layout_text(layout, outcome->ok ? "OK" : "MISSING");
	layout_left(layout, NAME_BEGIN, check->name);
	layout_wrap(layout, DETAIL_BEGIN, outcome->detail[0] ? outcome->detail : "-");
	if (outcome->ok)
		return;
	snprintf(text, sizeof(text), "costs: %s", check->cost);
	layout_wrap(layout, DETAIL_BEGIN, text);
	snprintf(text, sizeof(text), "to do: %s", check->remedy);
	layout_wrap(layout, DETAIL_BEGIN, text);
}

static void show_host(struct layout *layout)
{
	struct utsname host = { .sysname = "?" };
	char text[400];

	(void)uname(&host);
	snprintf(text, sizeof(text), "sabot %s on %.60s %.60s, %.60s, glibc %.30s", SABOT_VERSION,
		 host.sysname, host.release, host.machine, gnu_get_libc_version());
	layout_wrap(layout, 0, text);
	layout_line_end(layout);
}

static void show_sum(struct layout *layout, const struct doctor *doctor)
{
	char text[160];

	layout_line_end(layout);
	if (doctor->impossible)
		snprintf(text, sizeof(text), "Scenarios cannot run here.");
	else if (doctor->missing)
		snprintf(text, sizeof(text), "Scenarios run here; %u of %u things are missing.",
			 doctor->missing, doctor->checks);
	else
		snprintf(text, sizeof(text), "Scenarios run here, and nothing is missing.");
	layout_wrap(layout, 0, text);
}

static int as_text(struct doctor *doctor)
{
	struct sink sink = { stdout, 0 };
	struct layout layout = { &sink, 0 };
	const struct doctor_check *check;

	show_host(&layout);
	for (check = doctor_checks; check->name; check++) {
		try_out(doctor, check);
		show(&layout, check, doctor->outcome);
	}
	show_sum(&layout, doctor);
	return sink_finish(&sink);
}

static int as_json(struct doctor *doctor)
{
	struct sink sink = { stdout, 0 };
	struct json json = { &sink, false };
	const struct doctor_check *check;

	for (check = doctor_checks; check->name; check++) {
		const struct outcome *outcome = doctor->outcome;

		try_out(doctor, check);
		json_object_open(&json, NULL);
		json_text(&json, "name", check->name);
		json_bool(&json, "ok", outcome->ok);
		json_bool(&json, "needed", check->needed);
		json_text(&json, "detail", outcome->detail);
		json_text(&json, "cost", outcome->ok ? "" : check->cost);
		json_text(&json, "remedy", outcome->ok ? "" : check->remedy);
		json_object_close(&json);
		json_line_end(&json);
	}
	return sink_finish(&sink);
}

int cli_doctor(int argc, char **argv)
{
	struct doctor doctor = { .checks = 0 };
	bool json = false;
	int error;

	argp_parse(&doctor_argp, argc, argv, 0, NULL, &json);
	doctor.outcome = mmap(NULL, sizeof(*doctor.outcome), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (doctor.outcome == MAP_FAILED)
		return cli_fail(EXIT_BUG, "out of memory");
	error = json ? as_json(&doctor) : as_text(&doctor);
	if (error)
		return cli_fail(EXIT_UNDECIDED, "standard output: %s", strerror(-error));
	return doctor.impossible ? EXIT_UNDECIDED : EXIT_PASS;
}
