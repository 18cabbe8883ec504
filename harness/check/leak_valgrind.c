/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcheck's XML, of which an extract is a sequence of elements without their root. Of a report of
 * what was lost since the last one, the increase counts: "210 (+210) (200 (+200) direct, ..." in
 * its text. What stands there first includes what points nowhere else; that has reports of its own.
 */
#include "check/leak.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 512 };

/* The few functions of the library, which is loaded when it is needed. */
struct expat {
	__typeof__(XML_ParserCreate) *create;
	__typeof__(XML_SetUserData) *set_user_data;
	__typeof__(XML_SetElementHandler) *set_element;
	__typeof__(XML_SetCharacterDataHandler) *set_characters;
	__typeof__(XML_Parse) *parse;
	__typeof__(XML_ParserFree) *free;
};

struct reader {
	struct leak_list *list;
	struct leak leak; /* of the element that is being read */
	bool is_leak;
	unsigned depth, error_depth; /* 0: in no error */
	bool in_stack;
	unsigned stacks;	  /* of this error; the first is that of the allocation */
	struct leak_frame *frame; /* NULL: none that is kept */
	char value[VALUE_MAX];
	size_t length;
};

static const struct expat *expat_load(void)
{
	static struct expat expat;
	void *handle;

	if (expat.free)
		return &expat;
	handle = dlopen("libexpat.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return NULL;
	*(void **)&expat.create = dlsym(handle, "XML_ParserCreate");
	*(void **)&expat.set_user_data = dlsym(handle, "XML_SetUserData");
	*(void **)&expat.set_element = dlsym(handle, "XML_SetElementHandler");
	*(void **)&expat.set_characters = dlsym(handle, "XML_SetCharacterDataHandler");
	*(void **)&expat.parse = dlsym(handle, "XML_Parse");
	*(void **)&expat.free = dlsym(handle, "XML_ParserFree");
	return expat.create && expat.set_user_data && expat.set_element && expat.set_characters &&
			       expat.parse && expat.free
		       ? &expat
		       : NULL;
}

/* A number that may have commas: "1,234". Moves *text behind it. */
static uint64_t number(const char **text)
{
	uint64_t value = 0;

	for (; isdigit((unsigned char)**text) || **text == ','; (*text)++)
		if (**text != ',' && value < UINT64_MAX / 16)
			value = value * 10 + (uint64_t)(**text - '0');
	return value;
}

/* "1,234", or of "1,234 (+200)" the increase. */
static uint64_t amount(const char **text)
{
	uint64_t value = number(text);

	if (strncmp(*text, " (+", 3) != 0 && strncmp(*text, " (-", 3) != 0)
		return value;
	value = (*text)[2] == '+' ? 0 : value;
	*text += 3;
	value = value ? 0 : number(text);
	*text += **text == ')';
	return value;
}

/* "B bytes in N blocks are ...", "B (D direct, I indirect) bytes in N blocks ...", each with (+M).
 */
static void read_amounts(struct leak *leak, const char *text)
{
	const char *direct, *blocks = strstr(text, " in ");

	leak->bytes = amount(&text);
	if (!strncmp(text, " (", 2)) {
		direct = text + 2;
		leak->bytes = amount(&direct);
	}
	if (blocks) {
		blocks += strlen(" in ");
		leak->blocks = amount(&blocks);
	}
}

static void on_characters(void *data, const XML_Char *text, int length)
{
	struct reader *reader = data;
	size_t room = sizeof(reader->value) - 1 - reader->length;
	size_t size = (size_t)length < room ? (size_t)length : room;

	if (!reader->error_depth)
		return;
	memcpy(reader->value + reader->length, text, size);
	reader->length += size;
	reader->value[reader->length] = '\0';
}

static void on_begin(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = data;

	(void)attributes;
	reader->depth++;
	reader->length = 0;
	reader->value[0] = '\0';
	if (!reader->error_depth && !strcmp(name, "error")) {
		reader->error_depth = reader->depth;
		memset(&reader->leak, 0, sizeof(reader->leak));
		reader->is_leak = false;
		reader->stacks = 0;
	} else if (reader->error_depth && !strcmp(name, "stack")) {
		reader->in_stack = reader->stacks++ == 0;
	} else if (reader->in_stack && !strcmp(name, "frame")) {
		reader->frame = reader->leak.frame_count < LEAK_FRAMES_MAX
					? &reader->leak.frames[reader->leak.frame_count++]
					: NULL;
	}
}

static void copy_text(char *to, const char *from)
{
	size_t length = strnlen(from, LEAK_TEXT_MAX - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

static void end_in_frame(struct leak_frame *frame, const char *name, const char *value)
{
	if (!strcmp(name, "ip"))
		frame->address = (uintptr_t)strtoull(value, NULL, 16);
	else if (!strcmp(name, "fn"))
		copy_text(frame->function, value);
	else if (!strcmp(name, "file"))
		copy_text(frame->file, value);
	else if (!strcmp(name, "obj"))
		copy_text(frame->object, value);
	else if (!strcmp(name, "line"))
		frame->line = (unsigned)strtoul(value, NULL, 10);
}

static void end_of_error(struct reader *reader)
{
	struct leak *leak;

	reader->error_depth = 0;
	reader->in_stack = false;
	reader->frame = NULL;
	if (!reader->is_leak || !reader->leak.blocks)
		return;
	leak = leak_add(reader->list);
	if (leak)
		*leak = reader->leak;
}

static void on_end(void *data, const XML_Char *name)
{
	struct reader *reader = data;

	if (reader->error_depth == reader->depth) {
		end_of_error(reader);
	} else if (reader->error_depth && !strcmp(name, "stack")) {
		reader->in_stack = false;
		reader->frame = NULL;
	} else if (reader->frame) {
		end_in_frame(reader->frame, name, reader->value);
	} else if (reader->error_depth && !strcmp(name, "kind")) {
		reader->leak.indirect = !strcmp(reader->value, "Leak_IndirectlyLost");
		reader->is_leak =
			reader->leak.indirect || !strcmp(reader->value, "Leak_DefinitelyLost");
	} else if (reader->error_depth && !strcmp(name, "text") && reader->is_leak) {
		read_amounts(&reader->leak, reader->value);
	}
	reader->depth--;
	reader->length = 0;
	reader->value[0] = '\0';
}

int leak_read_valgrind(struct leak_list *list, const char *text, size_t size)
{
	static const char root[] = "<extract>", preamble[] = "<?xml";
	const struct expat *expat = expat_load();
	struct reader reader = { .list = list };
	bool whole = size >= strlen(preamble) && !memcmp(text, preamble, strlen(preamble));
	XML_Parser parser = expat ? expat->create(NULL) : NULL;

	if (!parser)
		return -ENOSYS;
	expat->set_user_data(parser, &reader);
	expat->set_element(parser, on_begin, on_end);
	expat->set_characters(parser, on_characters);
	/* An end that is missing is no error of ours: what came before it was read. */
	if (whole || expat->parse(parser, root, (int)strlen(root), false) == XML_STATUS_OK)
		while (size) {
			int part = size < 1 << 20 ? (int)size : 1 << 20;

			if (expat->parse(parser, text, part, false) != XML_STATUS_OK)
				break;
			text += part;
			size -= (size_t)part;
		}
	expat->free(parser);
	return 0;
}
