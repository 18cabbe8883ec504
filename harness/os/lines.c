/* SPDX-License-Identifier: Apache-2.0 */
#include "os/lines.h"

#include "os/proc.h"
#include "os/sys.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The functions of libdw that are used here. */
#define LIBDW(X)                                                                                   \
	X(dwfl_begin)                                                                              \
	X(dwfl_end)                                                                                \
	X(dwfl_report_begin_add)                                                                   \
	X(dwfl_report_elf)                                                                         \
	X(dwfl_report_end)                                                                         \
	X(dwfl_addrmodule)                                                                         \
	X(dwfl_module_addrdie)                                                                     \
	X(dwfl_module_nextcu)                                                                      \
	X(dwfl_module_addrname)                                                                    \
	X(dwfl_build_id_find_debuginfo)                                                            \
	X(dwfl_standard_find_debuginfo)                                                            \
	X(dwarf_haspc)                                                                             \
	X(dwarf_getsrc_die)                                                                        \
	X(dwarf_linesrc)                                                                           \
	X(dwarf_lineno)                                                                            \
	X(dwarf_getscopes)                                                                         \
	X(dwarf_tag)                                                                               \
	X(dwarf_diename)                                                                           \
	X(dwarf_decl_line)                                                                         \
	X(dwarf_attr)                                                                              \
	X(dwarf_formstring)

static struct {
#define MEMBER(name) __typeof__(name) *name;
	LIBDW(MEMBER)
#undef MEMBER
} dw;

static enum { UNTRIED, MISSING, LOADED } library;
static Dwfl *dwfl;
static int lowest_fd;

static bool find_function(void *handle, const char *name, void *pointer)
{
	void *found = dlsym(handle, name);

	/* ISO C converts no object pointer to a function pointer, POSIX says that they are alike.
	 */
	memcpy(pointer, &found, sizeof(found));
	return found;
}

static bool load(void)
{
	void *handle = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
	bool complete = handle;

#define FIND(name) complete = complete && find_function(handle, #name, &dw.name);
	LIBDW(FIND)
#undef FIND
	return complete;
}

bool lines_available(void)
{
	if (library == UNTRIED)
		library = load() ? LOADED : MISSING;
	return library == LOADED;
}

void lines_keep_above(int lowest)
{
	lowest_fd = lowest;
}

/* Only the standard way follows debug links; but it also asks the servers that the user has named.
 */
static int find_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **found)
{
	const char *servers = getenv("DEBUGINFOD_URLS");

	if (servers && *servers)
		return proc_move_fd(dw.dwfl_build_id_find_debuginfo(module, data, name, base, file,
								    link, crc, found),
				    lowest_fd);
	return proc_move_fd(dw.dwfl_standard_find_debuginfo(module, data, name, base, file, link,
							    crc, found),
			    lowest_fd);
}

static const Dwfl_Callbacks callbacks = { .find_debuginfo = find_debuginfo };

/* libdw keeps the descriptor once it has taken the file. */
static void report(const char *path, uintptr_t bias)
{
	int fd = proc_move_fd(sys_open(path, O_RDONLY | O_CLOEXEC, 0), lowest_fd);

	if (fd < 0)
		return;
	dw.dwfl_report_begin_add(dwfl);
	if (!dw.dwfl_report_elf(dwfl, path, path, fd, bias, true))
		(void)sys_close(fd);
	dw.dwfl_report_end(dwfl, NULL, NULL);
}

static Dwfl_Module *find_module(uintptr_t pc, const char *path, uintptr_t bias)
{
	Dwfl_Module *module;

	if (!dwfl)
		dwfl = dw.dwfl_begin(&callbacks);
	if (!dwfl)
		return NULL;
	module = dw.dwfl_addrmodule(dwfl, pc);
	if (module)
		return module;
	report(path, bias);
	return dw.dwfl_addrmodule(dwfl, pc);
}

/* clang writes no index of addresses by default; then each unit is asked. */
static Dwarf_Die *find_unit(Dwfl_Module *module, uintptr_t pc, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dw.dwfl_module_addrdie(module, pc, bias);

	if (unit)
		return unit;
	while ((unit = dw.dwfl_module_nextcu(module, unit, bias)) != NULL) {
		if (dw.dwarf_haspc(unit, pc - *bias) > 0)
			return unit;
	}
	return NULL;
}

/* The innermost function, be it inlined: the line is one of its lines. */
static void find_function_name(Dwarf_Die *unit, Dwarf_Addr pc, struct symbol *symbol)
{
	Dwarf_Die *scopes = NULL;
	const int count = dw.dwarf_getscopes(unit, pc, &scopes);

	for (int i = 0; i < count; i++) {
		const int tag = dw.dwarf_tag(&scopes[i]);
		const char *name;
		int line = 0;

		if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
			continue;
		name = dw.dwarf_diename(&scopes[i]);
		if (name)
			snprintf(symbol->function, sizeof(symbol->function), "%s", name);
		if (dw.dwarf_decl_line(&scopes[i], &line) == 0)
			symbol->declared = (unsigned)line;
		break;
	}
	free(scopes);
}

static void find_line(Dwarf_Die *unit, Dwarf_Addr pc, struct symbol *symbol)
{
	Dwarf_Line *line = dw.dwarf_getsrc_die(unit, pc);
	const char *file = line ? dw.dwarf_linesrc(line, NULL, NULL) : NULL;
	const char *directory = NULL;
	Dwarf_Attribute attribute;
	int number = 0;

	if (!file || dw.dwarf_lineno(line, &number) != 0)
		return;
	/* It may be relative to where the compiler ran. */
	if (file[0] != '/' && dw.dwarf_attr(unit, DW_AT_comp_dir, &attribute))
		directory = dw.dwarf_formstring(&attribute);
	snprintf(symbol->file, sizeof(symbol->file), "%s%s%s", directory ? directory : "",
		 directory ? "/" : "", file);
	symbol->line = (unsigned)number;
}

void lines_find(uintptr_t pc, const char *path, uintptr_t bias, struct symbol *symbol)
{
	Dwfl_Module *module = lines_available() ? find_module(pc, path, bias) : NULL;
	Dwarf_Addr unit_bias = 0;
	Dwarf_Die *unit;

	if (!module)
		return;
	unit = find_unit(module, pc, &unit_bias);
	if (unit) {
		find_function_name(unit, pc - unit_bias, symbol);
		find_line(unit, pc - unit_bias, symbol);
	}
	if (!symbol->function[0]) {
		const char *name = dw.dwfl_module_addrname(module, pc);

		if (name)
			snprintf(symbol->function, sizeof(symbol->function), "%s", name);
	}
}

void lines_reset(void)
{
	if (dwfl)
		dw.dwfl_end(dwfl);
	dwfl = NULL;
	if (library == MISSING)
		library = UNTRIED;
}
