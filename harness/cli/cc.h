/* SPDX-License-Identifier: Apache-2.0 */
/* A compiler's command line, as `sabot cc` was given it. */
#ifndef SABOT_CLI_CC_H
#define SABOT_CLI_CC_H

#include <stdbool.h>
#include <stddef.h>

enum cc_kind {
	CC_OPTION,   /* goes to the compiler and to the linker */
	CC_SOURCE,   /* C or C++ */
	CC_OBJECT,   /* an object, an archive, a library: of the link alone */
	CC_LINK,     /* -o and its file, -l, -L, -Wl: of the link alone */
	CC_LANGUAGE, /* -x and its language: of the compilation alone */
};

struct cc_command {
	const char *compiler;
	bool clang;
	char **arguments;
	enum cc_kind *kinds;
	const char **languages; /* of sources, as -x has it; NULL: as their names have it */
	size_t count, sources, objects;
	bool links;	  /* no -c, -S, -E, -M or -fsyntax-only */
	bool relocatable; /* -r: what it links is no program yet */
};

/* Reads the arguments. Returns 0 or an exit code, after one clear line. */
int cc_read(struct cc_command *command, int count, char **arguments);

/* Refuses what would be silently wrong. Returns 0 or an exit code, after one clear line. */
int cc_refuse(const struct cc_command *command);

/* The file that it makes, as it is named. */
const char *cc_output(const struct cc_command *command);

/* Whether the command asks for the sanitizer. */
bool cc_has_sanitizer(const struct cc_command *command, const char *name);

/* A growing list of arguments; allocation failures end the process. */
struct cc_list {
	char **arguments;
	size_t count, room;
};

void cc_add(struct cc_list *list, const char *argument);
/* The same, and of "@FILE" the arguments in that file. */
void cc_add_expanded(struct cc_list *list, const char *argument);
void cc_add_format(struct cc_list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The list, with a NULL at its end. */
char **cc_end(struct cc_list *list);

/*
 * Of a command that links as well: what -MD and -MMD write is named by what is made, as the
 * compiler does it in one step, and not by an object that is a temporary one.
 */
void cc_add_dependency_names(struct cc_list *list, const struct cc_command *command);

/*
 * With --coverage: what it takes to compile, to name the notes of a source of a command that links
 * as well, and to link. Refuses as cc_refuse() does.
 */
bool cc_has_coverage(const struct cc_command *command);
int cc_refuse_coverage(const struct cc_command *command);
void cc_add_coverage_options(struct cc_list *list);
void cc_add_coverage_names(struct cc_list *list, const struct cc_command *command,
			   const char *source);
void cc_add_coverage_link(struct cc_list *list);

/* Where our header and our library lie: beside each other, installed or in a build. */
const char *cc_include_directory(void);
const char *cc_library_directory(void);

#endif
