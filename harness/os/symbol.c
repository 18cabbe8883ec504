/* SPDX-License-Identifier: Apache-2.0 */
#include "os/symbol.h"

#include "os/image.h"
#include "os/lines.h"
#include "os/proc_text.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* An answer that was given, in a tree by address. */
struct answer {
	uintptr_t address;
	struct symbol symbol;
};

static void *answers;

static int compare_answers(const void *a, const void *b)
{
	const uintptr_t first = ((const struct answer *)a)->address;
	const uintptr_t second = ((const struct answer *)b)->address;

	return (first > second) - (first < second);
}

static void copy_text(char *to, size_t size, const char *from)
{
	const size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

struct object {
	uintptr_t pc;
	uintptr_t bias; /* of addresses in memory against those in the file */
	char path[PATH_MAX];
};

/* The dynamic linker's word: the bias is exact, the name is as the program was given it, if at all.
 */
static int match_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct object *object = data;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type != PT_LOAD ||
		    object->pc - start >= info->dlpi_phdr[i].p_memsz)
			continue;
		object->bias = info->dlpi_addr;
		copy_text(object->path, sizeof(object->path), info->dlpi_name);
		return 1;
	}
	return 0;
}

/*
 * The kernel's word is absolute, whatever the working directory was when the object was loaded. By
 * "self", since the number of this process may be another one in the namespace of /proc; it is
 * missing then, and the dynamic linker's word must do.
 */
static void find_path(struct object *object)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char *line = NULL;
	size_t size = 0;

	while (maps && getline(&line, &size, maps) > 0) {
		struct proc_range range;

		line[strcspn(line, "\n")] = '\0';
		if (!proc_text_range(line, &range) || object->pc < range.first ||
		    object->pc >= range.end || range.path[0] != '/')
			continue;
		copy_text(object->path, sizeof(object->path), range.path);
		break;
	}
	free(line);
	if (maps)
		fclose(maps);
	/* The program itself has no name there. */
	if (!object->path[0] && getauxval(AT_EXECFN))
		copy_text(object->path, sizeof(object->path), (const char *)getauxval(AT_EXECFN));
}

/* In the image of another program. Its tag is part of the address: so libdw tells them apart, too.
 */
static void look_up_tagged(uintptr_t pc, struct symbol *symbol)
{
	const struct image_object *object = image_object_at(pc);

	if (!object)
		return;
	copy_text(symbol->module, sizeof(symbol->module), object->path);
	lines_find(pc, object->path, object->bias | image_tag_of(pc), symbol);
}

static void look_up(uintptr_t pc, struct symbol *symbol)
{
	struct object object = { .pc = pc };
	Dl_info info;

	*symbol = (struct symbol){ 0 };
	if (image_tag_of(pc)) {
		look_up_tagged(pc, symbol);
		return;
	}
	if (!dl_iterate_phdr(match_object, &object))
		return;
	find_path(&object);
	copy_text(symbol->module, sizeof(symbol->module), object.path);
	lines_find(pc, object.path, object.bias, symbol);
	if (!symbol->function[0] && dladdr((void *)pc, &info) && info.dli_sname)
		copy_text(symbol->function, sizeof(symbol->function), info.dli_sname);
}

bool symbol_of_return(uintptr_t address, struct symbol *symbol)
{
	const struct answer wanted = { .address = address };
	struct answer *const *known = tfind(&wanted, &answers, compare_answers);
	struct answer *fresh;

	if (known) {
		*symbol = (*known)->symbol;
		return symbol->function[0] != '\0';
	}
	/* The call ends where the address is; it may be a function's last instruction. */
	look_up(address - 1, symbol);
	fresh = malloc(sizeof(*fresh));
	if (fresh) {
		fresh->address = address;
		fresh->symbol = *symbol;
		if (!tsearch(fresh, &answers, compare_answers))
			free(fresh);
	}
	return symbol->function[0] != '\0';
}

const char *symbol_text(uintptr_t return_address, char *text, size_t size)
{
	struct symbol symbol;
	char place[sizeof(symbol.file) + 16] = "";

	symbol_of_return(return_address, &symbol);
	if (symbol.line) {
		const char *slash = strrchr(symbol.file, '/');

		snprintf(place, sizeof(place), " (%s:%u)", slash ? slash + 1 : symbol.file,
			 symbol.line);
	}
	if (symbol.function[0])
		snprintf(text, size, "%s%s", symbol.function, place);
	else
		snprintf(text, size, "0x%" PRIxPTR "%s", return_address, place);
	return text;
}

bool symbol_has_lines(void)
{
	return lines_available();
}

void symbol_keep_above(int lowest)
{
	lines_keep_above(lowest);
}

void symbol_reset(void)
{
	tdestroy(answers, free);
	answers = NULL;
	lines_reset();
}
